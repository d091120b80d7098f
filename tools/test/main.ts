import { join } from 'node:path';
import { installDebianPackages } from './debian-packages.ts';
import { runVitest } from './run-vitest.ts';
import { program, runStep, type Step } from './step.ts';
import { type Counts, summarize } from './summary.ts';

const root = join(import.meta.dirname, '../..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const print = (line: string): void => console.log(line);

/** Every check beside vitest. All run, also after one that failed, so that one run shows everything. */
const STEPS: readonly Step[] = [
  { name: 'Debian packages', run: () => installDebianPackages(root) },
  program('types', root, [bin('tsc'), '-p', '.']),
  program('format', root, [bin('biome'), 'ci', '--colors=off']),
  program('lint', root, [bin('oxlint'), '--type-aware', '--deny-warnings', '--report-unused-disable-directives']),
  program('import table', root, ['tools/import-table/main.ts']),
  program('schema files', root, ['tools/make-schema.ts', '--check']),
  program('sample in the README', root, ['tools/make-readme.ts', '--check']),
  program('measured documentation', root, ['tools/docs/main.ts', '--check']),
  program('bundle', root, ['tools/build/main.ts']),
  program('bundle starts', root, ['packages/closewait/dist/main.js', '--version']),
  program('unused code', root, [bin('knip'), '--no-progress']),
];

const checks = STEPS.map((step): Counts => {
  const ok = runStep(step, print);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, notRun: [] };
});
const tests = runVitest(root, process.getuid?.() === 0, print);
for (const { count, why } of tests.flatMap(({ notRun }) => notRun)) print(`${count} not run: ${why}`);

const { line, ok } = summarize([...checks, ...tests], process.env['CI'] === 'true');
process.exitCode = ok ? 0 : 1;
print(line);
