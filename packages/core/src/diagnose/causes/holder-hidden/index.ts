import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeHolderHidden } from './rule.ts';

export { mayHideHolder } from './rule.ts';

/** The socket is kept by something that is not a descriptor table. */
export const holderHidden: Cause = {
  id: 'holder-hidden',
  severity: 'leak',
  summary: '',
  explanation: '',
  judge: judgeHolderHidden,
  remedies: ({ process }) => [restartRemedy(process)],
  codeFix:
    'Receive every descriptor that is sent over a unix socket, also when the receiver is not interested any more; ' +
    'unregister files from io_uring (IORING_UNREGISTER_FILES, or a file table update with -1) when their connection ends.',
  codeFixes: {},
};
