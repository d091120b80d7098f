import type { ActionOutcome } from '@closewait/core/facts';
import type { OwnerThread } from './choose-threads.ts';
import type { BatchEnd } from './close-runner.ts';
import { RESTART } from './kernel-places.ts';
import { refusalOfThread } from './verdict-outcome.ts';

const AGAIN = 'try again when it runs';

/** A thread waits in a call on the descriptor: seen from outside, before anybody is interrupted. */
export function refusalOfWait(fd: number, tid: number): ActionOutcome {
  return {
    kind: 'refused',
    detail: `descriptor ${fd} is in use: thread ${tid} waits in a call on it`,
    hint: 'closewait close --with shutdown wakes the thread',
  };
}

/** Why none of the threads can be asked. */
export function refusalOfAll(pid: number, threads: readonly OwnerThread[]): ActionOutcome {
  if (threads.every(({ state }) => state === 'Z' || state === 'X'))
    return { kind: 'already-gone', detail: `process ${pid} has ended` };
  if (threads.every(({ call }) => call.kind === 'in-call' && call.call.is32Bit))
    return {
      kind: 'refused',
      detail: `process ${pid} runs 32-bit code, whose calls are not looked through`,
      hint: RESTART,
    };
  if (threads.some(({ isFiltered, state }) => isFiltered && state === 'S')) {
    return {
      kind: 'refused',
      detail: `process ${pid} sleeps with a time limit under a seccomp filter: one that does not know restart_syscall(2) would end it`,
      hint: `try again while it works; ${RESTART}`,
    };
  }
  return {
    kind: 'refused',
    detail: `no thread of process ${pid} can come by: ${[...new Set(threads.map(({ state }) => `state ${state}`))].join(', ')}`,
    hint: AGAIN,
  };
}

/** Why nothing came of asking a thread; null where something did. */
export function refusalOfEnd(end: BatchEnd, tid: number, pid: number): ActionOutcome | null {
  switch (end.kind) {
    case 'gone':
      return { kind: 'refused', detail: `thread ${tid} of process ${pid} has ended before it came by`, hint: AGAIN };
    case 'did-not-come':
      return {
        kind: 'refused',
        detail: `thread ${tid} of process ${pid} did not come back to its own code in time; nothing was done`,
        hint: AGAIN,
      };
    case 'failed':
      return { kind: 'refused', detail: `${end.op}: ${end.errno}` };
    default:
      return end.result.thread === null ? null : refusalOfThread(tid, end.result.thread);
  }
}
