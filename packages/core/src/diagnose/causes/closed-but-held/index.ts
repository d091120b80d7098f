import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';

export { judgeClosedButHeld } from './rule.ts';

/** The kernel has closed the connection (reset, keepalive, destroyed) and the program keeps the descriptor. */
export const closedButHeld: Cause = {
  id: 'closed-but-held',
  severity: 'leak',
  summary: '',
  explanation: '',
  // These sockets are in no group of connections; diagnose() judges them by process.
  judge: () => null,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'A reset or a keepalive that fails ends the connection, never the descriptor: only close does. Close on every ' +
    'error of read, write and poll (EPOLLHUP and EPOLLERR come even when nothing is asked for), and in the paths ' +
    'that give up: finally, defer, with, a destructor.',
  codeFixes: {},
};
