import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeEventLoopStalled } from './rule.ts';

export const eventLoopStalled: Cause = {
  id: 'event-loop-stalled',
  severity: 'stall',
  summary: '',
  explanation: '',
  judge: judgeEventLoopStalled,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
