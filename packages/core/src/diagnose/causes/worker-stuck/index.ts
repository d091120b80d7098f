import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeWorkerStuck } from './rule.ts';

export const workerStuck: Cause = {
  id: 'worker-stuck',
  severity: 'stall',
  summary: '',
  explanation: '',
  judge: judgeWorkerStuck,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
