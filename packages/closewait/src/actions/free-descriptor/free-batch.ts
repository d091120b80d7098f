import type { ActionOutcome, OwnerIdentity } from '@closewait/core/facts';
import type { DescriptorOrder } from './batch.ts';
import { checkOwner, type OwnerSource, outcomeOfUnknown } from './check-owner.ts';
import { chooseThreads, type OwnerThread, threadsByDescriptor } from './choose-threads.ts';
import type { BatchEnd, CloseRunner } from './close-runner.ts';
import { RESTART } from './kernel-places.ts';
import type { Judged } from './look-afterwards.ts';
import { readThreads } from './read-threads.ts';
import { outcomeOfVerdict, refusalOfThread } from './verdict-outcome.ts';

/** Threads that are asked one after the other; each that does not come is waited for. */
const MOST_ASKED = 3;

/** Whom to ask, and with what. */
export interface BatchSurroundings {
  readonly runner: CloseRunner;
  readonly owner: OwnerIdentity;
  readonly surroundings: OwnerSource;
}

/** One answer for each order; `goOn`: whether another batch may fare better. */
export interface BatchOutcome {
  readonly judged: readonly Judged[];
  readonly goOn: boolean;
  /** A thread that has the table in which the descriptors are. */
  readonly tid: number;
}

/** Checks the owner, refuses what a thread waits for, and has a thread close the rest. */
export async function freeBatch(
  { runner, owner, surroundings }: BatchSurroundings,
  orders: readonly DescriptorOrder[],
): Promise<BatchOutcome> {
  const { source } = surroundings;
  const { pid } = owner;
  const stop = (outcome: ActionOutcome): BatchOutcome => ({
    judged: orders.map(() => unreached(outcome)),
    goOn: false,
    tid: pid,
  });
  const changed = checkOwner(surroundings, owner);
  if (changed !== null) return stop(changed);
  const threads = readThreads(source, pid);
  if (!threads.known) return stop(outcomeOfUnknown(threads));

  const waiting = threadsByDescriptor(threads.value);
  const rest = orders.filter(({ fd }) => !waiting.has(fd));
  const answers = new Map<DescriptorOrder, Judged>();
  for (const order of orders) {
    const tid = waiting.get(order.fd);
    if (tid !== undefined) answers.set(order, unreached(refusalOfWait(order.fd, tid)));
  }
  const holders = withTableOf(surroundings, pid, threads.value, rest);
  const answer = (otherwise: ActionOutcome, goOn: boolean): BatchOutcome => ({
    judged: orders.map((order) => answers.get(order) ?? unreached(otherwise)),
    goOn,
    tid: holders[0]?.tid ?? pid,
  });
  if (rest.length === 0) return answer(NOTHING, true);
  let last = refusalOfAll(pid, threads.value);
  for (const { tid } of chooseThreads(holders).slice(0, MOST_ASKED)) {
    const hasEnded = (): boolean => checkOwner(surroundings, owner)?.kind === 'already-gone';
    const end = await runner.run({ pid, tid }, rest, hasEnded);
    const refused = refusalOfEnd(end, tid, pid);
    if (refused !== null) last = refused;
    if (refused !== null || (end.kind !== 'came' && end.kind !== 'cut-off')) continue;
    for (const [index, order] of rest.entries()) {
      const result = end.result.orders[index] ?? { verdict: null, seen: 0n };
      answers.set(order, { outcome: outcomeOfVerdict(order.fd, result), verdict: result.verdict });
    }
    return answer(NOTHING, end.kind === 'came');
  }
  return answer(last, false);
}

const NOTHING: ActionOutcome = { kind: 'refused', detail: 'nothing was said of it' };

function unreached(outcome: ActionOutcome): Judged {
  return { outcome, verdict: null };
}

function refusalOfWait(fd: number, tid: number): ActionOutcome {
  return {
    kind: 'refused',
    detail: `descriptor ${fd} is in use: thread ${tid} waits in a call on it`,
    hint: 'closewait close --with shutdown wakes the thread',
  };
}

/**
 * The threads that have the table in which the descriptors are: after unshare(CLONE_FILES), or where the leader has ended,
 * that is not everybody's. Where kcmp(2) is not there all of them: the thread judges each descriptor once more.
 */
function withTableOf(
  { source }: OwnerSource,
  pid: number,
  threads: readonly OwnerThread[],
  orders: readonly DescriptorOrder[],
): readonly OwnerThread[] {
  const tables: OwnerThread[][] = [];
  for (const thread of threads) {
    const table = tables.find(([first]) => {
      const shared = source.shareDescriptors(first?.tid ?? pid, thread.tid);
      return !shared.known || shared.value;
    });
    if (table === undefined) tables.push([thread]);
    else table.push(thread);
  }
  const heldBy = ([thread]: readonly OwnerThread[]): number =>
    orders.filter(({ fd, inode }) => {
      const link = source.readLink(`/proc/${pid}/task/${thread?.tid ?? pid}/fd/${fd}`);
      return link.known && link.value === `socket:[${inode}]`;
    }).length;
  if (tables.length < 2) return threads;
  const counted = tables.map((table) => ({ table, held: heldBy(table) }));
  return counted.reduce((most, other) => (other.held > most.held ? other : most)).table;
}

function refusalOfAll(pid: number, threads: readonly OwnerThread[]): ActionOutcome {
  if (threads.length === 0) return { kind: 'already-gone', detail: `process ${pid} has ended` };
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
    hint: 'try again when it runs',
  };
}

function refusalOfEnd(end: BatchEnd, tid: number, pid: number): ActionOutcome | null {
  switch (end.kind) {
    case 'gone':
      return { kind: 'already-gone', detail: `thread ${tid} of process ${pid} has ended` };
    case 'did-not-come':
      return {
        kind: 'refused',
        detail: `thread ${tid} of process ${pid} did not come back to its own code in time; nothing was done`,
        hint: 'try again when it runs',
      };
    case 'failed':
      return { kind: 'refused', detail: `${end.op}: ${end.errno}` };
    default:
      return end.result.thread === null ? null : refusalOfThread(tid, end.result.thread);
  }
}
