import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildBundle } from './build-bundle.ts';

/**
 * Builds the bundle that ./closewait runs instead of the sources, as long as these are what it was built from
 * (tools/start.mjs): it says of each source when it was changed last, and how long it is. None where one was changed meanwhile.
 */
export async function buildForLauncher(root: string): Promise<void> {
  const cache = join(root, 'node_modules/.cache/closewait');
  const unfinished = join(cache, `bundle.${process.pid}`);
  const begun = Date.now();
  try {
    mkdirSync(unfinished, { recursive: true });
    const { sources } = await buildBundle(join(unfinished, 'dist'));
    const stats = sources.map((source) => ({ path: relative(root, source), ...pick(statSync(source)) }));
    // What was written while it was read may be in the bundle or not.
    if (stats.some(({ mtimeMs }) => mtimeMs >= begun)) return;
    const said = JSON.stringify(stats);
    // Another start may be running this one: two first starts at once both build.
    const there = join(cache, 'bundle/sources.json');
    if (existsSync(there) && readFileSync(there, 'utf8') === said) return;
    // Below node_modules no package.json of the checkout says that these are ES modules.
    writeFileSync(join(unfinished, 'package.json'), '{"type":"module"}\n');
    writeFileSync(join(unfinished, 'sources.json'), said);
    rmSync(join(cache, 'bundle'), { recursive: true, force: true });
    renameSync(unfinished, join(cache, 'bundle'));
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function pick({ mtimeMs, size }: { mtimeMs: number; size: number }): { mtimeMs: number; size: number } {
  return { mtimeMs, size };
}
