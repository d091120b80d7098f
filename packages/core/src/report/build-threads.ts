import { type ProcessActivity, type ThreadFacts, valueOr } from '../facts/index.ts';
import { describeThread, type SocketFinder } from './describe-thread.ts';
import type { ExplainedThread, ExplainedThreads } from './explain-document.ts';

/** How many threads the document lists; its count is whole. */
const LISTED_THREADS = 1000;

/** What the threads of a process do, as the document shows it. */
export function buildThreads(activity: ProcessActivity, findSocket: SocketFinder): ExplainedThreads {
  return {
    count: activity.threadCount,
    runtime: valueOr(activity.runtime, null),
    frozen: valueOr(activity.frozen, null),
    listed: activity.threads.slice(0, LISTED_THREADS).map((thread) => buildThread(thread, findSocket)),
  };
}

function buildThread(thread: ThreadFacts, findSocket: SocketFinder): ExplainedThread {
  return {
    tid: thread.tid,
    name: thread.name,
    state: thread.state,
    ...describeThread(thread, findSocket),
    wchan: valueOr(thread.wchan, null),
    busyShare: valueOr(thread.busyShare, null),
    idleMs: valueOr(thread.idleMs, null),
    steady: valueOr(thread.steady, null),
  };
}
