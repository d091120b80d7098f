import type { StuckConnection } from '../diagnose/index.ts';
import {
  type ClosedSocket,
  type CloseLook,
  type ContainerId,
  formatEndpoint,
  type Holder,
  type ProcessFacts,
  valueOr,
} from '../facts/index.ts';
import { describeInterest } from './describe-interest.ts';
import type {
  ConnectionProcess,
  ConnectionRow,
  JsonInteger,
  ReportClosedSocket,
  ReportConnection,
  ReportOwner,
} from './document.ts';

/** A connection of the look as the document shows it; `closeLook` is null where nobody looked closely. */
export function buildConnection(connection: StuckConnection, closeLook: CloseLook | null): ReportConnection {
  const { socket, holders } = connection;
  const info = valueOr(socket.info, null);
  return {
    local: formatEndpoint(socket.local),
    remote: formatEndpoint(socket.remote),
    state: socket.state,
    family: socket.family,
    netns: socket.netns,
    uid: socket.uid,
    inode: socket.inode,
    cookie: toJsonInteger(socket.cookie),
    rxQueueBytes: socket.rxQueueBytes,
    txQueueBytes: socket.txQueueBytes,
    bytesReceived: info === null ? null : toJsonInteger(info.bytesReceived),
    bytesSent: info === null ? null : toJsonInteger(info.bytesSent),
    ...buildAge(connection),
    owners: holders.map((holder) => buildOwner(holder, closeLook)),
    timer: {
      kind: socket.timer.kind,
      expiresMs: socket.timer.expiresMs,
      retransmits: socket.timer.retransmits,
    },
    interest: describeInterest(socket, holders, closeLook),
  };
}

/** One row of `closewait ls`: the connection and the process that it belongs to. */
export function buildConnectionRow(connection: StuckConnection, process: ProcessFacts | null): ConnectionRow {
  return { ...buildConnection(connection, null), process: process === null ? null : buildConnectionProcess(process) };
}

/** The process part of a row of `closewait ls`. */
export function buildConnectionProcess(process: ProcessFacts): ConnectionProcess {
  return {
    pid: process.pid,
    comm: valueOr(process.name, null),
    unit: valueOr(process.unit, null),
    container: formatContainer(valueOr(process.container, null)),
  };
}

/** A socket without a connection, for `closed-but-held`. */
export function buildClosedSocket(closed: ClosedSocket, closeLook: CloseLook | null): ReportClosedSocket {
  const info = valueOr(closed.info, null);
  return {
    inode: closed.inode,
    protocol: closed.protocol,
    bytesReceived: info === null ? null : toJsonInteger(info.bytesReceived),
    bytesSent: info === null ? null : toJsonInteger(info.bytesSent),
    owners: closed.holders.map((holder) => buildOwner(holder, closeLook)),
  };
}

/** `docker:0123…`, null where there is none or it is not known. */
export function formatContainer(container: ContainerId | null): string | null {
  return container === null ? null : `${container.runtime}:${container.id}`;
}

/** Above 2^53 a JSON number loses digits in most readers (RFC 8259 section 6): a string from there on. */
export function toJsonInteger(value: bigint | number): JsonInteger {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : BigInt(value).toString();
}

/** The time since the FIN means something in CLOSE-WAIT alone; what the age says is null where there is none. */
export function buildAge({ socket, age }: StuckConnection): Pick<ReportConnection, 'ageMs' | 'ageIs'> {
  return age.ms === null || socket.state !== 'CLOSE-WAIT' ? NO_AGE : { ageMs: age.ms, ageIs: age.is };
}

const NO_AGE = { ageMs: null, ageIs: null } as const;

function buildOwner(holder: Holder, closeLook: CloseLook | null): ReportOwner {
  const { pid, tid, fd } = holder;
  return { pid, tid, fd, cloexec: findCloseOnExec(holder, closeLook) };
}

/** Whether exec closes a descriptor; null: that was not asked. */
export function findCloseOnExec({ pid, tid, fd }: Holder, closeLook: CloseLook | null): boolean | null {
  // Descriptors of a thread's own table are not among those that were asked.
  const flags = tid === pid ? closeLook?.activities.get(pid)?.closeOnExec : undefined;
  return flags?.get(fd) ?? null;
}
