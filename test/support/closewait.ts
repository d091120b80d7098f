import { fileURLToPath } from 'node:url';
import type { ConnectionRow, Report } from '@closewait/core/report';
import type { NetworkNamespace } from './namespace.ts';
import { run } from './run.ts';

/** The root of the checkout. */
export const CHECKOUT: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The command from source, as a command line to which options are added. */
export const CLOSEWAIT: readonly string[] = [process.execPath, `${CHECKOUT}/packages/closewait/src/cli/main.ts`];

const NOTHING_STUCK = 0;
const FINDINGS = 1;

/** What standard error may hold beside a whole answer: even root is refused some processes of some machines. */
const NOT_SEEN = /^(closewait: not seen: .*\n)*$/;

/** Standard output of closewait; rejects where the exit code or standard error tell of anything but an answer. */
async function answerOf(command: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command);
  if (![NOTHING_STUCK, FINDINGS].includes(exitCode) || !NOT_SEEN.test(stderr)) {
    throw new Error(`${command.join(' ')}: exit code ${exitCode}\n${stderr}`);
  }
  return stdout;
}

/** The rows of `closewait ls --json`, of any age, in `namespace`. */
export async function listConnections(
  namespace: NetworkNamespace,
  command: readonly string[] = [...CLOSEWAIT, 'ls', '--json', '--min-age', '0s'],
): Promise<readonly ConnectionRow[]> {
  const lines = await answerOf(command);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ConnectionRow)
    .filter((row) => row.netns === namespace.inode);
}

/** The document of `closewait --json`, connections of any age. */
export async function report(
  command: readonly string[] = [...CLOSEWAIT, '--json', '--min-age', '0s'],
): Promise<Report> {
  return JSON.parse(await answerOf(command)) as Report;
}
