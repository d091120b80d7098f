import { type Observation, type ObservedCall, type ObservedTask, valueOr } from '../../facts/index.ts';
import { DescriptorTables, O_CLOEXEC } from './descriptor-tables.ts';
import { type FoundConnection, keyOf } from './find-connections.ts';
import type { TraceCall, TraceEnd } from './trace-document.ts';

/** One end of one connection. */
export interface ConnectionEnd {
  readonly connection: FoundConnection;
  readonly end: TraceEnd;
}

/** What calls tell of connections. */
export interface AttributedCalls {
  readonly calls: ReadonlyMap<FoundConnection, readonly TraceCall[]>;
  /** Calls of accept of which nobody can tell which connection they have returned. */
  readonly unattributed: number;
}

/** The connection whose state a thread has changed while it was in a call: connect, close, shutdown. */
export type ChangedBy = (call: ObservedCall) => FoundConnection | null;

const ACCEPTS: readonly string[] = ['accept', 'accept4'];
const TRANSFERS: readonly string[] = ['read', 'write', 'recvfrom', 'sendto'];
/** Their third argument is a pointer or a mask. */
const OTHERS: readonly string[] = [
  'readv',
  'writev',
  'recvmsg',
  'sendmsg',
  'recvmmsg',
  'sendmmsg',
  'shutdown',
  'close',
];
const SHUTDOWN: readonly string[] = ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'];
const EPOLL_CTL: readonly string[] = ['', 'EPOLL_CTL_ADD', 'EPOLL_CTL_DEL', 'EPOLL_CTL_MOD'];

/** Which call was about which connection, by following every descriptor from the call that made it to its close. */
export function attributeCalls(
  observation: Observation,
  connections: readonly FoundConnection[],
  changedBy: ChangedBy,
  order: ReadonlyMap<ObservedCall, FoundConnection>,
): AttributedCalls {
  const acceptedBy = acceptedConnections(observation, connections, changedBy, order);
  const tables = new DescriptorTables<FoundConnection>(observation.programs);
  const sides = new Map<string, TraceEnd>();
  const found = new Map<FoundConnection, TraceCall[]>(connections.map((connection) => [connection, []]));
  let unattributed = 0;
  const note = (
    connection: FoundConnection,
    call: ObservedCall,
    fd: number | null,
    how: string | null = null,
  ): void => {
    const pid = tables.processOf(call.tid);
    const end = sides.get(sideKey(pid, connection)) ?? 'server';
    found.get(connection)?.push(describe(call, { pid, end, fd, how }));
  };
  for (const step of inOrder(observation)) {
    if (step.kind === 'task') {
      tables.begin(step.task);
      const pid = tables.processOf(step.task.tid);
      const parent = tables.processOf(step.task.parentTid);
      // A child has its parent's ends.
      for (const connection of tables.held(pid).keys()) {
        const end = sides.get(sideKey(parent, connection));
        if (end !== undefined) sides.set(sideKey(pid, connection), end);
      }
      continue;
    }
    const { call } = step;
    const { tid, name, args, result } = call;
    const [fd = 0, second = 0, third = 0] = args.map((arg) => Number(BigInt.asIntN(32, arg)));
    const pid = tables.processOf(tid);
    if (ACCEPTS.includes(name)) {
      if (result === null || result < 0) continue;
      const connection = acceptedBy(call, pid);
      if (connection === null) unattributed++;
      const flags = Number(args[3] ?? 0n);
      tables.bind(tid, result, connection, name === 'accept4' && (flags & O_CLOEXEC) !== 0);
      if (connection === null) continue;
      sides.set(sideKey(pid, connection), 'server');
      note(connection, call, fd);
    } else if (name === 'socket') {
      if (result !== null && result >= 0) tables.bind(tid, result, null, (second & O_CLOEXEC) !== 0);
    } else if (name === 'connect') {
      const connection = changedBy(call);
      if (connection === null) continue;
      tables.connect(tid, fd, connection);
      sides.set(sideKey(pid, connection), 'client');
      note(connection, call, fd);
    } else if (name === 'exit_group') {
      for (const [connection, held] of tables.held(tid)) note(connection, call, held);
    } else if (name === 'epoll_ctl') {
      const connection = tables.get(tid, third);
      if (connection !== null) note(connection, call, third, EPOLL_CTL[second] ?? null);
    } else if (TRANSFERS.includes(name) || OTHERS.includes(name)) {
      const connection = tables.get(tid, fd);
      if (connection !== null) note(connection, call, fd, name === 'shutdown' ? (SHUTDOWN[second] ?? null) : null);
      if (name === 'close') tables.close(tid, fd);
    } else tables.apply(call);
  }
  return { calls: found, unattributed };
}

function sideKey(pid: number, { client, server }: FoundConnection): string {
  return `${pid} ${keyOf(client, server)}`;
}

type Step =
  | { readonly kind: 'call'; readonly atMs: number; readonly call: ObservedCall }
  | { readonly kind: 'task'; readonly atMs: number; readonly task: ObservedTask };

/** A call that makes a descriptor does so when it returns, every other one works when it is entered. */
const WORKS_AT_RETURN: readonly string[] = [...ACCEPTS, 'socket', 'dup', 'dup2', 'dup3', 'fcntl', 'execve'];

function inOrder({ calls, tasks }: Observation): readonly Step[] {
  const steps: readonly Step[] = [
    ...valueOr(calls, []).map((call): Step => {
      const returnedMs = WORKS_AT_RETURN.includes(call.name) ? call.returnedMs : null;
      return { kind: 'call', atMs: returnedMs ?? call.enteredMs, call };
    }),
    ...tasks.map((task): Step => ({ kind: 'task', atMs: task.atMs, task })),
  ];
  return [...steps].sort((a, b) => a.atMs - b.atMs);
}

function describe(
  { tid, name, args, enteredMs, returnedMs, result, error, times }: ObservedCall,
  {
    pid,
    end,
    fd,
    how,
  }: { readonly pid: number; readonly end: TraceEnd; readonly fd: number | null; readonly how: string | null },
): TraceCall {
  return {
    kind: 'call',
    at: enteredMs,
    end,
    pid,
    tid,
    call: name,
    fd,
    askedBytes: TRANSFERS.includes(name) ? Number(args[2] ?? 0n) : null,
    how,
    returnedAt: returnedMs,
    result,
    error,
    times,
  };
}

/**
 * Which connection a call of accept has returned. Where somebody looked at the descriptor in time, its inode tells;
 * otherwise the close or shutdown of that descriptor, which changes the state of a socket, or the order of the queue.
 */
function acceptedConnections(
  observation: Observation,
  connections: readonly FoundConnection[],
  changedBy: ChangedBy,
  order: ReadonlyMap<ObservedCall, FoundConnection>,
): (call: ObservedCall, pid: number) => FoundConnection | null {
  const byKey = new Map(connections.map((connection) => [keyOf(connection.server, connection.client), connection]));
  const byInode = new Map<number, FoundConnection>();
  for (const { inode, local, remote } of observation.sightings) {
    const connection = byKey.get(keyOf(local, remote));
    if (inode !== 0 && connection !== undefined) byInode.set(inode, connection);
  }
  const calls = valueOr(observation.calls, []);
  return (call, pid) => {
    const { tid, result, returnedMs } = call;
    const fromMs = returnedMs ?? 0;
    const end = calls.find(
      ({ name, args, enteredMs, tid: by }) =>
        (name === 'close' || name === 'shutdown') && by === tid && Number(args[0]) === result && enteredMs >= fromMs,
    );
    const looked = observation.descriptors.find(
      (descriptor) =>
        descriptor.pid === pid &&
        descriptor.fd === result &&
        descriptor.atMs >= fromMs &&
        // Later the number may be another connection's.
        (end === undefined || end.name === 'shutdown' || descriptor.atMs <= end.enteredMs),
    );
    const byLook = looked === undefined ? undefined : byInode.get(looked.inode);
    return byLook ?? (end === undefined ? null : changedBy(end)) ?? order.get(call) ?? null;
  };
}
