import type { ActionOutcome, OwnerIdentity } from '@closewait/core/facts';
import type { DescriptorOrder, OrderResult } from './batch.ts';
import { checkOwner, type OwnerSource, outcomeOfUnknown } from './check-owner.ts';
import { chooseThreads, type OwnerThread, threadsByDescriptor } from './choose-threads.ts';
import type { BatchEnd, CloseRunner } from './close-runner.ts';
import { RESTART } from './kernel-places.ts';
import type { Judged } from './look-afterwards.ts';
import { readThreads } from './read-threads.ts';
import { outcomeOfVerdict, refusalOfThread } from './verdict-outcome.ts';

/** Threads are looked for so often: of busy programs they end, or begin another call, before they are asked. */
const MOST_ROUNDS = 5;
/** Threads that are asked in one round. */
const MOST_ASKED = 3;
/** A thread that does not come is waited for; after this time nobody else is asked. */
const MOST_ASKING_MS = 3000;

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
  const deadline = performance.now() + MOST_ASKING_MS;
  const answers = new Map<DescriptorOrder, Judged>();
  let tid = owner.pid;
  let last = NOTHING;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const asked = await askOnce({ runner, owner, surroundings }, orders, deadline);
    for (const [order, judged] of asked.answers) answers.set(order, judged);
    tid = asked.tid;
    last = asked.otherwise;
    if (asked.isSettled) break;
  }
  const judged = orders.map((order) => answers.get(order) ?? { outcome: last, verdict: null });
  return { judged, tid, goOn: answers.size === orders.length };
}

/** What came of one round. */
interface Asked {
  readonly answers: ReadonlyMap<DescriptorOrder, Judged>;
  /** For the orders without an answer. */
  readonly otherwise: ActionOutcome;
  /** Another round would come to the same. */
  readonly isSettled: boolean;
  readonly tid: number;
}

async function askOnce(
  { runner, owner, surroundings }: BatchSurroundings,
  orders: readonly DescriptorOrder[],
  deadline: number,
): Promise<Asked> {
  const { pid } = owner;
  const nobody = (otherwise: ActionOutcome): Asked => ({ answers: new Map(), otherwise, isSettled: true, tid: pid });
  const changed = checkOwner(surroundings, owner);
  if (changed !== null) return nobody(changed);
  const threads = readThreads(surroundings.source, pid);
  if (!threads.known) return nobody(outcomeOfUnknown(threads));
  const waiting = threadsByDescriptor(threads.value);
  const rest = orders.filter(({ fd }) => !waiting.has(fd));
  const answers = new Map<DescriptorOrder, Judged>();
  for (const order of orders) {
    const waits = waiting.get(order.fd);
    if (waits !== undefined) answers.set(order, { outcome: refusalOfWait(order.fd, waits), verdict: null });
  }
  const holders = withTableOf(surroundings, pid, threads.value, rest);
  const candidates = chooseThreads(holders).slice(0, MOST_ASKED);
  const tid = holders[0]?.tid ?? pid;
  let otherwise = refusalOfAll(pid, threads.value);
  if (rest.length === 0 || candidates.length === 0) return { answers, otherwise, isSettled: true, tid };
  const hasEnded = (): boolean => checkOwner(surroundings, owner)?.kind === 'already-gone';
  for (const candidate of candidates) {
    const end = await runner.run({ pid, tid: candidate.tid }, rest, hasEnded);
    const refused = refusalOfEnd(end, candidate.tid, pid);
    if (refused === null && (end.kind === 'came' || end.kind === 'cut-off')) {
      for (const [index, order] of rest.entries()) {
        const result = end.result.orders[index] ?? UNREACHED;
        answers.set(order, { outcome: outcomeOfVerdict(order.fd, result), verdict: result.verdict });
      }
      return { answers, otherwise, isSettled: true, tid };
    }
    otherwise = refused ?? otherwise;
    if (end.kind === 'failed' || performance.now() > deadline) return { answers, otherwise, isSettled: true, tid };
  }
  return { answers, otherwise, isSettled: false, tid };
}

const UNREACHED: OrderResult = { verdict: null, seen: 0n };
const NOTHING: ActionOutcome = { kind: 'refused', detail: 'nothing was said of it' };

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
    hint: AGAIN,
  };
}

const AGAIN = 'try again when it runs';

function refusalOfEnd(end: BatchEnd, tid: number, pid: number): ActionOutcome | null {
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
