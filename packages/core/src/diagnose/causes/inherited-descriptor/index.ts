import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeInheritedDescriptor } from './rule.ts';

export const inheritedDescriptor: Cause = {
  id: 'inherited-descriptor',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeInheritedDescriptor,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix: '',
  codeFixes: {},
};
