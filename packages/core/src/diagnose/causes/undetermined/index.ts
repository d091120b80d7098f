import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeUndetermined } from './rule.ts';

/** The evidence does not decide. */
export const undetermined: Cause = {
  id: 'undetermined',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeUndetermined,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'Close when read returns 0, and when it fails with anything but EAGAIN, EWOULDBLOCK or EINTR; close in the paths ' +
    'that leave a handler early; give every wait inside a handler a time limit.',
  codeFixes: {},
};
