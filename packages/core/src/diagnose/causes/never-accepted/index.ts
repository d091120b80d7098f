import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeNeverAccepted } from './rule.ts';

/** The handshake was done by the kernel; the peer gave up before the program accepted. */
export const neverAccepted: Cause = {
  id: 'never-accepted',
  severity: 'stall',
  summary: '',
  explanation: '',
  judge: judgeNeverAccepted,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'Never block the loop that accepts: hand each connection to a worker and accept again at once, give every wait in ' +
    'a worker a time limit, and on EMFILE back off instead of spinning. Keep the backlog no longer than what can be ' +
    'served while a client still waits; shed load beyond it.',
  codeFixes: {},
};
