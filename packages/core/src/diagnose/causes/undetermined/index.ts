import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeUndetermined } from './rule.ts';

/** The evidence does not decide. */
export const undetermined: Cause = {
  id: 'undetermined',
  severity: 'leak',
  summary: 'The peer has sent FIN, this side has not closed, and what is known does not decide why.',
  explanation:
    "Several causes would look like this, or what would tell them apart could not be read: another user's " +
    'process without privilege, a second look that was left out, a request that lives inside of a runtime. ' +
    'The report says what is missing and how to get it. It does not guess.',
  judge: judgeUndetermined,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'Close when read returns 0, and when it fails with anything but EAGAIN, EWOULDBLOCK or EINTR; close in ' +
    'the paths that leave a handler early; give every wait inside a handler a time limit.',
  codeFixes: {},
};
