import { type DestroyTexts, destroyRemedy } from '../../destroy-remedy.ts';
import type { Remedy } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeInheritedDescriptor } from './rule.ts';

/** A child process has a copy of the descriptor; the connection ends when the last copy is closed. */
export const inheritedDescriptor: Cause = {
  id: 'inherited-descriptor',
  severity: 'leak',
  summary: 'A child process has inherited the descriptor and keeps the connection open after its parent closed.',
  explanation:
    'A descriptor is copied by fork, and survives exec unless it is marked close-on-exec. The server closes ' +
    'its copy, but the kernel sends the FIN only when the last one is gone, and a child that does not know ' +
    'of it holds another: a script, a tool, a daemon that was started to stay. The server is innocent by all ' +
    'that can be seen in it.',
  judge: judgeInheritedDescriptor,
  remedies: (group, close) => [...destroyRemedy(group, close, CHILD), killRemedy(group), restartRemedy(group.process)],
  codeFix:
    'Open every descriptor with close-on-exec, in the same call and not afterwards, as another thread may ' +
    'fork in between. A child that goes on without exec closes what it does not need.',
  codeFixes: {
    c:
      'accept4(…, SOCK_CLOEXEC), socket(… | SOCK_CLOEXEC), dup3(…, O_CLOEXEC). A child that does not exec: ' +
      'close_range(3, ~0U, 0), or close what it does not serve.',
    node:
      'Node opens with close-on-exec and passes on what stdio names. A socket that was sent with ' +
      'child.send(message, socket) belongs to the child: it must end it.',
    go:
      'exec.Cmd passes on ExtraFiles and nothing else. Descriptors from syscall.Accept or syscall.Socket need ' +
      'syscall.CloseOnExec under syscall.ForkLock.',
    python:
      'Sockets are not inherited over exec since 3.4 (PEP 446). Leave out pass_fds, set_inheritable(True) and ' +
      'close_fds=False; multiprocessing: the method spawn or forkserver, not fork.',
  },
};

const CHILD: DestroyTexts = { risk: 'the child keeps its descriptor until it ends' };

/** A longer list of processes is nothing to paste without a look. */
const MOST_PIDS = 8;

/** All that hold it have to go: the FIN is sent when the last copy of the descriptor is closed. */
function killRemedy({ tally }: Group): Remedy {
  const pids = [...tally.holding.pids].sort((a, b) => a - b);
  return {
    id: 'kill',
    command: pids.length === 0 || pids.length > MOST_PIDS ? null : `kill ${pids.join(' ')}`,
    does: `ends ${pids.length === 1 ? 'the process that has' : 'the processes that have'} inherited the connections`,
    frees: { connection: true, descriptor: true, worker: false },
    risk: 'what they do for the program ends too',
    peerSees: 'a FIN, or a RST where data was left unread',
  };
}
