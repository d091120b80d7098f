import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeInterestLost } from './rule.ts';

export const interestLost: Cause = {
  id: 'interest-lost',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeInterestLost,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
