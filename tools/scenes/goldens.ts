import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = 'packages/closewait/src/cli/main.ts';

/** Where the recordings and what the commands print of them are. */
export const SCENES_FOLDER: string = `${CHECKOUT}fixtures/scenes/`;

/** What each reading command prints of a recording, by file name. */
export const GOLDENS: Readonly<Record<string, readonly string[]>> = {
  'report.txt': ['--min-age', '1s'],
  'report.json': ['--json', '--min-age', '1s'],
  'ls.txt': ['ls', '--state', 'close-wait', '--min-age', '0'],
  'ls.jsonl': ['ls', '--json', '--min-age', '0'],
  'listeners.txt': ['ls', '--state', 'listen'],
  'states.txt': ['states'],
  'close-wait.txt': ['states', 'close-wait'],
};

/** Runs a command on a recording; what it says of itself on standard error follows its output. */
export function printGolden(scene: string, args: readonly string[]): string {
  // Relative, so that no path of a machine gets into the output.
  const words = [MAIN, ...args, '--from', `fixtures/scenes/${scene}/recording.cwr`];
  const [executable = '', ...rest] = ['sh', '-c', '"$@" 2>&1; echo "exit code $?"', 'sh', process.execPath, ...words];
  return execFileSync(executable, rest, { cwd: CHECKOUT, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
}
