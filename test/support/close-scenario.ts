import { readdirSync, statSync } from 'node:fs';
import { diagnose, type Finding } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { makeOrders, type Order, type OrderOptions, type OrderResult } from '@closewait/core/orders';
import { isConnection, type OrderMethod } from '@closewait/core/ways';
import { carryOut } from '../../packages/closewait/src/actions/index.ts';
import { readConnections } from '../../packages/closewait/src/cli/read-connections.ts';
import { limitDescriptorsOf, readDescriptorLimits } from '../../packages/closewait/src/ffi/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { type CauseScenario, runScenario } from '../../packages/closewait/src/lab/index.ts';
import { isAcceptable } from './judge-scenario.ts';
import { SharedLooks } from './shared-looks.ts';
import { waitUntil } from './wait-until.ts';

/** An order that says no more than its method. */
export const PLAIN_ORDER: OrderOptions = {
  method: 'auto',
  direction: null,
  timeoutMs: 2000,
  limit: null,
  raisesHardLimit: false,
  acceptsReuse: false,
  forcesInUse: false,
  namedCookies: [],
  ownPids: new Set([process.pid]),
};

/** Every method. What ends nothing comes first: others can then be tried on the same connections. */
export const WAYS: readonly OrderMethod[] = [
  'limit',
  'timeout',
  'shutdown',
  'destroy',
  'free-descriptor',
  'thaw',
  'auto',
];

/** Many programs start beside one another, and some of the laboratory's take all the time that they get. */
const WITHIN_MS = 30_000;

/** Lower than the hard limit anywhere, and more than a program of the laboratory needs. */
const SOFT_LIMIT = 1000;

/** Of these there is nothing that could be seen from outside and would make it more than possible. */
const ONLY_POSSIBLE: readonly string[] = [
  'inherited-descriptor-server-gone',
  'worker-stuck-event',
  'descriptor-leaked-heads',
  'descriptor-leaked-to-limit',
];

/** A look at some processes, and at connections of their network namespaces that nobody holds. */
export interface JudgedLook {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

/** Looks at some processes and judges what is stuck in them. */
export async function lookAt(pids: readonly number[], looks: SharedLooks = new SharedLooks()): Promise<JudgedLook> {
  const facts = await looks.next();
  const namespaces = pids.flatMap(namespacesOf);
  const { findings } = diagnose(facts, {
    minAgeMs: 0,
    selects: (connection, process) =>
      process === null ? namespaces.includes(connection?.socket.netns ?? 0) : pids.includes(process.pid),
  });
  return { facts, findings };
}

/**
 * Closes in every way what is stuck in a scenario for its own cause. Ways share one play of it as long as there are connections that
 * none of them has touched; then it is played again.
 */
export async function closeScenario(
  scenario: CauseScenario,
  looks: SharedLooks,
): Promise<ReadonlyMap<OrderMethod, readonly OrderResult[]>> {
  const results = new Map<OrderMethod, readonly OrderResult[]>();
  while (results.size < WAYS.length) {
    const left = WAYS.filter((way) => !results.has(way));
    await runScenario(scenario, {
      withinMs: WITHIN_MS,
      readConnections,
      onLine: () => undefined,
      onScene: async ({ pids }) => {
        for (const pid of pids) makeRoomFor(pid);
        const judged = await lookUntilSure(scenario, pids, looks);
        for (const [way, result] of await closeInTurn(judged, left)) results.set(way, result);
      },
    });
  }
  return results;
}

/** Node.js raises its own soft limit to the hard one, and what it starts inherits that: nothing would be left to raise. */
function makeRoomFor(pid: number): void {
  const limits = readDescriptorLimits(pid);
  if (limits.ok && limits.value.soft < limits.value.hard) return;
  const lowered = limitDescriptorsOf(pid, SOFT_LIMIT);
  if (!lowered.ok) throw new Error(`${lowered.op}: ${lowered.errno}, process ${pid}`);
}

/** What a program does with the end of a connection may take a while after the end itself. */
async function lookUntilSure(
  scenario: CauseScenario,
  pids: readonly number[],
  looks: SharedLooks,
): Promise<JudgedLook> {
  const isEnough = ({ findings }: JudgedLook): boolean =>
    isAcceptable(scenario, findings) &&
    (findings[0]?.confidence !== 'possible' || ONLY_POSSIBLE.includes(scenario.name));
  let judged = await lookAt(pids, looks);
  await waitUntil(
    `${scenario.name} to be called ${scenario.cause}, and not only possibly`,
    async () => isEnough(judged) || isEnough((judged = await lookAt(pids, looks))),
    WITHIN_MS,
  ).catch((cause: unknown) => {
    const found = judged.findings.map((finding) => `${finding.cause}, ${finding.confidence}: ${finding.title}`);
    throw new Error(`it was called ${found.join('; ') || 'nothing'}`, { cause });
  });
  return judged;
}

/** One way after the other, each on connections of its own, until there are none. */
async function closeInTurn(
  { facts, findings }: JudgedLook,
  ways: readonly OrderMethod[],
): Promise<ReadonlyMap<OrderMethod, readonly OrderResult[]>> {
  const own = findings.filter(({ cause }) => cause === findings[0]?.cause);
  const ordered = ways.map((method) => {
    const orders = makeOrders(facts, own, { ...PLAIN_ORDER, method, acceptsReuse: method === 'free-descriptor' });
    return { method, acting: orders.filter(acts), refused: orders.filter((order) => !acts(order)) };
  });
  const results = new Map<OrderMethod, readonly OrderResult[]>();
  const touched = new Set<bigint | number>();
  let isAwake = false;
  let sharers = ordered.filter(({ acting }) => acting.some(ends)).length;
  for (const { method, acting, refused } of ordered) {
    const untouched = acting.filter((order) => !touched.has(keyOf(order)));
    const isWhole = untouched.length === acting.length;
    if (acting.length > 0 && (isAwake || (acting.some(isOfAll) ? !isWhole : untouched.length === 0))) continue;
    const share = acting.some(isOfAll) || !acting.some(ends) ? untouched : takeShare(untouched, sharers--);
    results.set(method, await carry(facts, [...share, ...refused]));
    for (const order of share.filter(ends)) touched.add(keyOf(order));
    if (share.some(wakes)) isAwake = true;
  }
  return results;
}

const acts = ({ action }: Order): boolean => action !== null;
const keyOf = ({ target }: Order): bigint | number => (isConnection(target) ? target.cookie : target.inode);

/** A limit that is raised where none was in the way changes nothing of a connection. */
const ends = ({ action, frees }: Order): boolean => action?.method !== 'limit' || frees?.connection !== 'no';

/** The program goes on with the end that it sees: it may close other connections, or end of an error. */
const wakes = ({ frees }: Order): boolean => frees?.descriptor !== 'no';

/** What is done to a process reaches all of its connections, and legs of a relay are only sure together. */
const isOfAll = ({ action }: Order): boolean =>
  action?.method === 'thaw' || action?.method === 'limit' || (action?.method === 'shutdown' && action.leg !== null);

function takeShare(orders: readonly Order[], sharers: number): readonly Order[] {
  return orders.slice(0, Math.max(1, Math.floor(orders.length / Math.max(1, sharers))));
}

function carry(facts: Facts, orders: readonly Order[]): Promise<readonly OrderResult[]> {
  const paths = new Map(facts.namespaces.map(({ inode, path }) => [inode, path]));
  return carryOut(orders, {
    source: new LiveSource(),
    pathOf: (netns) => paths.get(netns) ?? null,
    processOf: (pid) => facts.processes.get(pid) ?? null,
    signal: new AbortController().signal,
  });
}

/** Of its threads: where the first one has ended, /proc/PID/ns/net leads nowhere. */
function namespacesOf(pid: number): readonly number[] {
  const paths = readdirSync(`/proc/${pid}/task`).map((tid) => `/proc/${pid}/task/${tid}/ns/net`);
  return paths.flatMap((path) => statSync(path, { throwIfNoEntry: false })?.ino ?? []);
}
