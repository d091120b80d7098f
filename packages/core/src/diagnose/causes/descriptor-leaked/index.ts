import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeDescriptorLeaked } from './rule.ts';

export const descriptorLeaked: Cause = {
  id: 'descriptor-leaked',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeDescriptorLeaked,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
