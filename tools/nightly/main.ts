/**
 * What takes too long for `npm test`: 10,000 random sequences on the model and on the kernel, and then, for each departure of
 * Linux, the proof that the sequences find it: a model without it must be caught. Then the whole matrix of remedies, against the
 * one that is documented. Then every scenario of the laboratory as a sequence. Last, a command that gives descriptors back is
 * killed a thousand times. Needs root.
 *
 * `npm run nightly [SEED]`
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { LINUX_RULE_IDS } from '@closewait/core/tcp/linux';
import { measureRemedies } from './measure-remedies.ts';

const RUNS = 10_000;
/** The rarest departure shows once in about a hundred sequences. */
const RUNS_WITHOUT = 3000;
const DISAGREE = 1;

const root = join(import.meta.dirname, '../..');
const main = join(root, 'packages/closewait/src/cli/main.ts');
const seed = Number(process.argv[2] ?? randomInt(2 ** 31));
if (!Number.isSafeInteger(seed)) {
  console.error(`'${process.argv[2]}' is not a seed: npm run nightly [SEED]`);
  process.exit(2);
}
const startedMs = performance.now();

console.log(`seed ${seed}`);
const whole = runModel('--runs', `${RUNS}`);
console.log(whole.text);
if (whole.status !== 0) process.exitCode = 1;
for (const rule of LINUX_RULE_IDS) {
  const { status, text } = runModel('--runs', `${RUNS_WITHOUT}`, '--without', rule);
  console.log(
    status === DISAGREE ? `caught without ${rule}` : `NOT caught without ${rule}: exit code ${status}\n${text}`,
  );
  if (status !== DISAGREE) process.exitCode = 1;
}
const otherwise = measureRemedies(main, root);
console.log(
  otherwise.length === 0 ? 'remedies: as documented' : `remedies: NOT as documented\n${otherwise.join('\n')}`,
);
if (otherwise.length > 0) process.exitCode = 1;
runTests('lab-show', { CLOSEWAIT_ALL_SCENARIOS: '1' });
runTests('free-descriptor', { CLOSEWAIT_KILLS: '200' });
console.log(
  `${Math.round((performance.now() - startedMs) / 1000)} s, seed ${seed}: ${process.exitCode === 1 ? 'FAILED' : 'ok'}`,
);

/** Tests of `npm test` that do more of the same where a variable tells them to. */
function runTests(name: string, more: Readonly<Record<string, string>>): void {
  const { status } = spawnSync(join(root, 'node_modules/.bin/vitest'), ['run', '--project', 'kernel', name], {
    cwd: root,
    env: { ...process.env, ...more },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exitCode = 1;
}

function runModel(...options: readonly string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout } = spawnSync(
    process.execPath,
    [main, 'lab', 'model', '--seed', `${seed}`, ...options],
    // Progress goes to the terminal.
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return { status, text: stdout };
}
