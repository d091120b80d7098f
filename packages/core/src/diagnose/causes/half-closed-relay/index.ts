import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeHalfClosedRelay } from './rule.ts';

/** A proxy waits for the end of both directions; one side has ended, the other never does. */
export const halfClosedRelay: Cause = {
  id: 'half-closed-relay',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeHalfClosedRelay,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix:
    'Once one side has ended, give the other a time limit (a minute, or what its protocol needs), and close both when it ' +
    'has passed or when either fails.',
  codeFixes: {},
};
