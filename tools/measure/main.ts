/**
 * Measures again what the documentation quotes, and keeps it: `npm run measure [NAME…]` plays experiments of the laboratory
 * and writes what they print as JSON to docs/measured/. Then `npm run docs` writes the pages from it. Needs root.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEASUREMENTS } from './measurements.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'docs/measured');
const LONGEST_DOCUMENT_BYTES = 64 << 20;

/** In a host namespace of its own, so that no file says which machine it was. */
const IN_OWN_HOST = ['--uts', 'sh', '-c', 'hostname lab && exec "$@"', 'sh'];

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in MEASUREMENTS));
if (unknown !== undefined) {
  console.error(`'${unknown}' is not measured; known are ${Object.keys(MEASUREMENTS).join(', ')}`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const [name, args] of Object.entries(MEASUREMENTS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const command = [process.execPath, join(root, 'packages/closewait/src/cli/main.ts'), ...args, '--json'];
  const { status, stdout } = spawnSync('unshare', [...IN_OWN_HOST, ...command], {
    encoding: 'utf8',
    maxBuffer: LONGEST_DOCUMENT_BYTES,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) {
    console.error(
      `closewait ${args.join(' ')} ended with exit code ${status}; docs/measured/${name}.json stays as it was`,
    );
    process.exitCode = 1;
    continue;
  }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(JSON.parse(stdout), null, 2)}\n`);
  console.log(`docs/measured/${name}.json`);
}
