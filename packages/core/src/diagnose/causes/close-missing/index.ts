import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeCloseMissing } from './rule.ts';

export const closeMissing: Cause = {
  id: 'close-missing',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeCloseMissing,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
