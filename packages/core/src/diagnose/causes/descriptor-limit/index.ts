import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeDescriptorLimit } from './rule.ts';

/** accept fails with EMFILE, so connections stay in the queue; often the last stage of a leak. */
export const descriptorLimit: Cause = {
  id: 'descriptor-limit',
  severity: 'stall',
  summary: '',
  explanation: '',
  judge: judgeDescriptorLimit,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'Find what fills the table first: usually descriptors that are never closed. Then keep one in reserve for accept, ' +
    'pause on EMFILE instead of spinning, and set the limit to what the program is built for.',
  codeFixes: {},
};
