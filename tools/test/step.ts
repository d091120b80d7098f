import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** What became of a step. */
export interface StepResult {
  readonly ok: boolean;
  /** One line, or everything that the step's program wrote where it found something. */
  readonly says: string;
}

/** One check of `npm test` beside vitest. */
export interface Step {
  readonly name: string;
  readonly run: () => StepResult;
}

/** A step that runs a program with Node.js in `root`: it passes where that ends with 0. */
export function program(name: string, root: string, args: readonly string[]): Step {
  const run = (): StepResult => {
    const ended = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (ended.error) return { ok: false, says: ended.error.message };
    if (ended.status === 0) return { ok: true, says: '' };
    const reason = ended.signal === null ? [] : [`ended by ${ended.signal}`];
    const said = [ended.stdout, ended.stderr, ...reason].map((text) => text.trimEnd()).join('\n');
    // oxlint paints where CI is set, whatever NO_COLOR says.
    return { ok: false, says: stripVTControlCharacters(said).trim() };
  };
  return { name, run };
}

/** Runs a step and prints its line; what it found is indented below. */
export function runStep({ name, run }: Step, print: (line: string) => void): boolean {
  const start = performance.now();
  const { ok, says } = run();
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const [first = '', ...rest] = ok || !says.includes('\n') ? [says] : ['', ...says.split('\n')];
  print(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${took.padStart(7)}  ${first}`.trimEnd());
  for (const line of rest) print(`      ${line}`);
  return ok;
}
