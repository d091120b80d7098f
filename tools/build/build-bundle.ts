import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type OutputChunk, type Plugin } from 'rolldown';
import { LAB_PROGRAMS } from '../../packages/closewait/src/lab/program-url.ts';
import { builtInsAsNeeded } from './built-ins-as-needed.ts';
import { CHUNKS } from './chunks.ts';
import { licensesOf } from './licenses-of.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'packages/closewait');
const src = join(folder, 'src');

// One entry, a chunk for what is imported when it is needed, and what runs as a process or a thread of its own. Chunks lie
// beside the entry, so that lab/program-url.ts finds programs/ from any of them.
const input: Record<string, string> = { main: join(src, 'cli/start.ts') };
for (const name of LAB_PROGRAMS) input[`programs/${name}`] = join(src, `lab/programs/${name}.ts`);
for (const thread of ['kernel/live/table-worker.ts', 'cli/top/looker.ts']) {
  if (existsSync(join(src, thread))) input[basename(thread, '.ts')] = join(src, thread);
}

/**
 * commander can run subcommands as programs, which is not used here; the module that it loads for that brings net and
 * dgram with it and costs each start 5 ms.
 */
const noChildProcess: Plugin = {
  name: 'no-child-process-in-commander',
  resolveId: (id, importer) =>
    id === 'node:child_process' && importer?.includes('/commander/') ? 'no-child-process' : null,
  load: (id) => (id === 'no-child-process' ? 'module.exports = {};' : null),
};

/** A bundle that was built. */
export interface Bundle {
  readonly chunks: readonly OutputChunk[];
  /** Everything of this checkout that decides what it is, by absolute paths, in order. */
  readonly sources: readonly string[];
}

/** Builds the published command in the folder `dist`, which is made anew. */
export async function buildBundle(dist: string): Promise<Bundle> {
  rmSync(dist, { recursive: true, force: true });
  // Also what is left out of every chunk: a face that re-exports has no code, and decides all the same.
  const loaded = new Set<string>();
  const { output } = await build({
    input,
    platform: 'node',
    // A chunk may offer more than its entry does: nobody imports entries.
    preserveEntrySignatures: 'allow-extension',
    // koffi is native code, chosen for the machine when the package is installed. ink asks for React's tools in a debug mode alone.
    external: ['koffi', 'react-devtools-core'],
    // React carries two builds of itself: the other one is for its developers, and 0.7 MB.
    transform: { define: { 'process.env.NODE_ENV': JSON.stringify('production') } },
    plugins: [noChildProcess, builtInsAsNeeded, { name: 'sources', moduleParsed: ({ id }) => void loaded.add(id) }],
    output: {
      dir: dist,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      codeSplitting: { groups: CHUNKS },
    },
  });
  chmodSync(join(dist, 'main.js'), 0o755);
  // Programs in other languages run as they are.
  const programs = join(folder, 'src/lab/programs');
  const copied: string[] = [];
  const copy = (from: string, folderOfIt: string): void => {
    copyFileSync(from, join(dist, folderOfIt, basename(from)));
    copied.push(from);
  };
  for (const file of readdirSync(programs)) {
    if (file.endsWith('.py')) copy(join(programs, file), 'programs');
  }

  // What `closewait explain cause:ID` prints.
  const pages = join(root, 'docs/causes');
  mkdirSync(join(dist, 'causes'), { recursive: true });
  for (const file of readdirSync(pages)) {
    if (file !== 'README.md') copy(join(pages, file), 'causes');
  }

  const chunks = output.filter((item): item is OutputChunk => item.type === 'chunk');
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licensesOf(chunks.flatMap((chunk) => chunk.moduleIds)));
  const own = [...loaded].filter((id) => id.startsWith(`${root}/packages/`));
  const manifests = ['closewait', 'core'].map((name) => join(root, 'packages', name, 'package.json'));
  const builders = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const ofThisFolder = builders.map((file) => join(import.meta.dirname, file));
  return { chunks, sources: [...new Set([...own, ...copied, ...manifests, ...ofThisFolder])].toSorted() };
}
