import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeIdlePool } from './rule.ts';

export const idlePool: Cause = {
  id: 'idle-pool',
  severity: 'benign',
  summary: '',
  explanation: '',
  judge: judgeIdlePool,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
