import type { Cause } from '../../rule.ts';
import { judgeHalfCloseInUse } from './rule.ts';

/** Legal: the peer has finished sending, and this side still is. */
export const halfCloseInUse: Cause = {
  id: 'half-close-in-use',
  severity: 'benign',
  summary: 'The peer has finished sending and still receives; this side still sends. This is legal.',
  explanation:
    'TCP ends each direction by itself. A peer that has sent its request may close its half and go on ' +
    'reading; this side is in CLOSE-WAIT for as long as it answers (RFC 9293 section 3.6). Bytes that move ' +
    'between two looks prove that it is used. It ends when the answer ends.',
  judge: judgeHalfCloseInUse,
  remedies: () => [],
  codeFix: 'Nothing. A limit for each write keeps it from turning into writer-blocked, should the peer stop reading.',
  codeFixes: {},
};
