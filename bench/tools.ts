import { existsSync } from 'node:fs';
import { CHECKOUT, CLOSEWAIT } from '../test/support/closewait.ts';

/** A command that is measured, by the name it has in the table. */
export interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  /** Exit codes of a run that did its work. */
  readonly success: readonly number[];
}

const BUNDLE = `${CHECKOUT}/packages/closewait/dist/main.js`;

/** What the ratios are relative to. */
export const REFERENCE = 'ss -tanp state close-wait';

/** Exit code 1 of closewait: something is stuck. Of lsof: nothing was found. */
const DONE: readonly number[] = [0, 1];

/** Everything that is measured: the peers, the launcher, and the bundle where `npm run build` has made one. */
export function measuredTools(): readonly Tool[] {
  const [node = 'node'] = CLOSEWAIT;
  const bundle = existsSync(BUNDLE) ? [node, BUNDLE] : [];
  const tools: Tool[] = [
    { name: REFERENCE, command: ['ss', '-tanp', 'state', 'close-wait'], success: [0] },
    { name: 'lsof -nP -iTCP -sTCP:CLOSE_WAIT', command: ['lsof', '-nP', '-iTCP', '-sTCP:CLOSE_WAIT'], success: DONE },
    {
      name: 'lsfd (sockets, no states)',
      command: ['lsfd', '-nr', '-o', 'PID,FD,INODE', '-Q', 'TYPE == "SOCK"'],
      success: [0],
    },
    { name: 'node -e 0 (the runtime alone)', command: [node, '-e', '0'], success: [0] },
    { name: 'closewait ls --json, source', command: [`${CHECKOUT}/closewait`, 'ls', '--json'], success: DONE },
    {
      name: 'closewait --quick --json, source',
      command: [`${CHECKOUT}/closewait`, '--quick', '--json'],
      success: DONE,
    },
    { name: 'closewait --json, source', command: [`${CHECKOUT}/closewait`, '--json'], success: DONE },
  ];
  if (bundle.length > 0) {
    tools.push(
      { name: 'closewait ls --json, bundle', command: [...bundle, 'ls', '--json'], success: DONE },
      { name: 'closewait --quick --json, bundle', command: [...bundle, '--quick', '--json'], success: DONE },
      { name: 'closewait --json, bundle', command: [...bundle, '--json'], success: DONE },
    );
  }
  return tools;
}
