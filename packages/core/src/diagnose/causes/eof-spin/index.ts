import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeEofSpin } from './rule.ts';

export const eofSpin: Cause = {
  id: 'eof-spin',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeEofSpin,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
