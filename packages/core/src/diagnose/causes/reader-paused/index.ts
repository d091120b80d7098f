import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeReaderPaused } from './rule.ts';

export const readerPaused: Cause = {
  id: 'reader-paused',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeReaderPaused,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
