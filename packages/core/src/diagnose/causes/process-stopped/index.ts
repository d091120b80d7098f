import type { Remedy } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeProcessStopped } from './rule.ts';

/** A signal, a debugger or a freezer has stopped every process that could close. */
export const processStopped: Cause = {
  id: 'process-stopped',
  severity: 'stall',
  summary: 'Every process that could close is stopped by a signal, held by a debugger or frozen.',
  explanation:
    'The kernel goes on for a process that does not run: it completes handshakes, queues data and answers ' +
    "the peer's FIN. Nothing reads and nothing closes until the process may run again. Then it finds " +
    'everything that has piled up, and deals with it.',
  judge: judgeProcessStopped,
  remedies: (group) => [goOnRemedy(group), restartRemedy(group.process)],
  codeFix:
    'Nothing in the program: find who stops it (a shell job in the background that reads the terminal, a ' +
    'debugger, a script, docker pause, a freezer).',
  codeFixes: {},
};

/** Whoever stopped it had a reason, or a terminal. */
const RISK = 'somebody stopped it on purpose';
const FREES = { connection: true, descriptor: true, worker: true } as const;
const PEER_SEES = 'what the program does next, usually a FIN';

/** How it goes on depends on what holds it: a signal (`T`), a debugger (`t`), and otherwise a freezer. */
function goOnRemedy({ process }: Group): Remedy {
  const state = process?.state.known === true ? process.state.value : null;
  if (process === null || state === null || state === 'T') {
    return {
      id: 'continue',
      command: process === null ? null : `kill -CONT ${process.pid}`,
      does: 'lets the process go on; it then handles the ends of connections that wait for it',
      frees: FREES,
      risk: RISK,
      peerSees: PEER_SEES,
    };
  }
  if (state === 't') {
    return {
      id: 'detach',
      command: `grep TracerPid /proc/${process.pid}/status`,
      does: 'names the debugger: let it continue the process or detach, and the pending ends are handled',
      frees: FREES,
      risk: 'somebody is looking at it: a debugger that is killed may take the process with it',
      peerSees: PEER_SEES,
    };
  }
  return {
    id: 'thaw',
    command: thawCommand(process, state),
    does: 'thaws the cgroup; the process then handles the ends of connections that wait for it',
    frees: FREES,
    risk: `${RISK} (a pause, a checkpoint); where a cgroup above it is frozen, thaw that one`,
    peerSees: PEER_SEES,
  };
}

/**
 * A paused container knows that it is paused: its runtime has to thaw it. Otherwise by the freezer of version 1, which
 * shows its processes in state `D`, or of version 2 (measured); the path is read where the command runs.
 */
function thawCommand({ pid, container }: NonNullable<Group['process']>, state: string): string {
  if (container.known && container.value !== null) {
    const { runtime, id } = container.value;
    if (runtime === 'docker' || runtime === 'podman') return `${runtime} unpause ${id.slice(0, 12)}`;
  }
  const path = (pattern: string): string => `$(sed -n '${pattern}' /proc/${pid}/cgroup)`;
  return state === 'D'
    ? `echo THAWED > $(findmnt -nfo TARGET -t cgroup -O freezer)${path('s/^[0-9]*:freezer://p')}/freezer.state`
    : `echo 0 > $(findmnt -nfo TARGET -t cgroup2)${path('s/^0:://p')}/cgroup.freeze`;
}
