import type { Group } from '../../group.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeProcessStopped } from './rule.ts';

/** A signal or a debugger has stopped every process that could close. */
export const processStopped: Cause = {
  id: 'process-stopped',
  severity: 'stall',
  summary: '',
  explanation: '',
  judge: judgeProcessStopped,
  remedies: ({ process }: Group) => [
    {
      id: 'continue',
      command: process === null ? null : `kill -CONT ${process.pid}`,
      does: 'lets the process go on; it then handles the ends of connections that wait for it',
      frees: { connection: true, descriptor: true, worker: true },
      risk: 'somebody stopped it on purpose, or a debugger still holds it',
      peerSees: 'what the program does next, usually a FIN',
    },
    restartRemedy(process),
  ],
  codeFix:
    'Nothing in the program: find who stops it (a shell job in the background that reads the terminal, a debugger, a script).',
  codeFixes: {},
};
