import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build, type OutputChunk, type Plugin } from 'rolldown';
import { LAB_PROGRAMS } from '../../packages/closewait/src/lab/program-url.ts';
import { builtInsAsNeeded } from './built-ins-as-needed.ts';
import { CHUNKS } from './chunks.ts';
import { licensesOf } from './licenses-of.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'packages/closewait');
const dist = process.argv[2] ?? join(folder, 'dist');
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

rmSync(dist, { recursive: true, force: true });
const { output } = await build({
  input,
  platform: 'node',
  // A chunk may offer more than its entry does: nobody imports entries.
  preserveEntrySignatures: 'allow-extension',
  // koffi is native code, chosen for the machine when the package is installed. ink asks for React's tools in a debug mode alone.
  external: ['koffi', 'react-devtools-core'],
  plugins: [noChildProcess, builtInsAsNeeded],
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
for (const file of readdirSync(programs)) {
  if (file.endsWith('.py')) copyFileSync(join(programs, file), join(dist, 'programs', file));
}

// What `closewait explain cause:ID` prints.
const pages = join(root, 'docs/causes');
mkdirSync(join(dist, 'causes'), { recursive: true });
for (const file of readdirSync(pages)) {
  if (file !== 'README.md') copyFileSync(join(pages, file), join(dist, 'causes', file));
}

const chunks = output.filter((item): item is OutputChunk => item.type === 'chunk');
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licensesOf(chunks.flatMap((chunk) => chunk.moduleIds)));
for (const { fileName, code } of chunks) {
  console.log(`${relative(root, join(dist, fileName))}  ${(Buffer.byteLength(code) / 1024).toFixed(1)} kB`);
}
