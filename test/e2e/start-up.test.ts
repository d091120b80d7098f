import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, buildBundle } from '../../tools/build/build-bundle.ts';
import { CHECKOUT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { run } from '../support/run.ts';

expectNothingLeaked();

/** Below node_modules, where the bundle finds koffi. */
const folder = `${CHECKOUT}/node_modules/.cache/closewait/start-up-${process.pid}`;
const main = `${folder}/dist/main.js`;
const recording = `${CHECKOUT}/fixtures/scenes/flawed-server/recording.cwr`;
let bundle: Bundle;

beforeAll(async () => {
  bundle = await buildBundle(`${folder}/dist`);
  writeFileSync(`${folder}/package.json`, '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The names of the files that a command loads, without their hashes. */
async function filesOf(args: readonly string[]): Promise<readonly string[]> {
  const hook = `${CHECKOUT}/test/support/say-loaded.mjs`;
  const { stderr } = await run([process.execPath, '--import', hook, main, ...args]);
  return stderr.split('\n').flatMap((line) => (line.startsWith('loaded ') ? [basename(line.slice(7))] : []));
}

const named = (files: readonly string[]): readonly string[] =>
  files.map((file) => file.replace(/-[\w-]{8}\.js$/, '')).toSorted();

describe('a start of the bundle loads what it uses', () => {
  it('for the version', async () => {
    expect(named(await filesOf(['--version']))).toEqual(['main.js', 'terminal']);
  });

  it('for a report', async () => {
    const files = ['judge', 'look', 'main.js', 'print-report', 'program', 'report', 'terminal', 'words'];
    expect(named(await filesOf(['--quick', '--json']))).toEqual(files);
  });

  it('for a list', async () => {
    const files = ['judge', 'look', 'ls', 'main.js', 'print-rows', 'program', 'terminal', 'words'];
    expect(named(await filesOf(['ls', '--json']))).toEqual(files);
  });

  it.each([
    [['--version']],
    [['--quick']],
    [['ls']],
    [['ls', '--help']],
  ])('%j: nothing of another command or its packages', async (args) => {
    const files = await filesOf(args);
    const modules = bundle.chunks
      .filter(({ fileName }) => files.includes(fileName))
      .flatMap((chunk) => chunk.moduleIds);
    expect(modules.length).toBeGreaterThan(2);
    const foreign =
      /\/node_modules\/(?!commander\/)|\/core\/src\/(?:capture|draw|experiment)\/|\/src\/(?:capture|lab|tui)\//;
    expect(modules.filter((id) => foreign.test(id))).toEqual([]);
  });

  it('without the faces of built-in modules', () => {
    const withFaces = bundle.chunks.filter(({ code }) => /^import [^;]*"node:/m.test(code));
    expect(withFaces.map(({ fileName }) => fileName)).toEqual([]);
  });
});

describe('what the bundle says', () => {
  it('is the same version, whoever answers', async () => {
    const [plain, parsed] = await Promise.all([
      run([process.execPath, main, '--version']),
      run([process.execPath, main, '--no-color', '--version']),
    ]);
    expect(plain).toEqual(parsed);
    expect(plain).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('is what the sources say', async () => {
    const source = `${CHECKOUT}/packages/closewait/src/cli/main.ts`;
    for (const args of [['--from', recording], ['ls', '--from', recording, '--json'], ['--help'], ['--nope']]) {
      expect(await run([process.execPath, main, ...args])).toEqual(await run([process.execPath, source, ...args]));
    }
  });
});

describe('what is kept compiled', () => {
  // In a folder of the test's own, and not in that of the user: the first to ask for a cache decides where it is.
  const cache = `${folder}/cache`;
  const keeper = `${folder}/dist/keep.mjs`;
  const start = (): ReturnType<typeof run> => run([process.execPath, keeper, '--from', recording, '--json']);

  beforeAll(() => {
    mkdirSync(cache, { recursive: true });
    writeFileSync(
      keeper,
      `import { enableCompileCache } from 'node:module';
       enableCompileCache(${JSON.stringify(cache)});
       await import('./main.js');`,
    );
  });

  const kept = (): readonly string[] =>
    readdirSync(cache, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it('is compiled anew where it is damaged, cut off or of something else', async () => {
    const first = await start();
    expect(first).toMatchObject({ exitCode: 1, stderr: '' });
    expect(kept().length).toBeGreaterThan(5);
    for (const [position, path] of kept().entries()) {
      const bytes = readFileSync(path);
      if (position % 3 === 0) writeFileSync(path, bytes.fill(0xff, bytes.length / 2));
      else if (position % 3 === 1) writeFileSync(path, bytes.subarray(0, bytes.length / 2));
      else writeFileSync(path, 'something else');
    }
    expect(await start()).toEqual(first);
    // What was damaged is replaced, and read the next time.
    expect(await start()).toEqual(first);
  });
});
