import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeHalfCloseInUse } from './rule.ts';

export const halfCloseInUse: Cause = {
  id: 'half-close-in-use',
  severity: 'benign',
  summary: '',
  explanation: '',
  judge: judgeHalfCloseInUse,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
