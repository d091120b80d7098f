import type { TcpState } from '@closewait/core/tcp';
import type { LinuxEnd, LinuxPair, Side, TableEntry } from '@closewait/core/tcp/linux';
import { socketState } from '@closewait/core/tcp/linux';

/** What can be seen of one end: in the table through sock_diag, and at the descriptor through TCP_INFO. */
export interface EndView {
  /** CLOSED where the table has no entry. */
  readonly state: TcpState;
  readonly entry: TableEntry;
  /** Whether the entry has an inode: whether a descriptor leads to it. */
  readonly isHeld: boolean;
  /** `idiag_rqueue`: octets that were not read, and 1 for a FIN. */
  readonly unread: number;
  /** `idiag_wqueue`: octets that were not acknowledged, and 1 each for SYN and FIN. */
  readonly unacknowledged: number;
  /** The state of the socket behind the descriptor; null without one. */
  readonly socket: TcpState | null;
}

/** What can be seen of both ends and of the listener of `b`. */
export interface PairView {
  readonly a: EndView;
  readonly b: EndView;
  /** How many connections wait to be accepted; null where nothing listens. */
  readonly acceptQueue: number | null;
}

/** An end that the table does not have. */
export const NOTHING_LISTED: Omit<EndView, 'socket'> = {
  state: 'CLOSED',
  entry: 'none',
  isHeld: false,
  unread: 0,
  unacknowledged: 0,
};

/** What one would see if the kernel were as the model. */
export function viewOfModel(pair: LinuxPair): PairView {
  return {
    a: viewOfEnd(pair.a),
    b: viewOfEnd(pair.b),
    acceptQueue: pair.listener === 'open' ? Number(pair.b.holder === 'queue') : null,
  };
}

function viewOfEnd(end: LinuxEnd): EndView {
  const socket = end.holder === 'descriptor' ? socketState(end) : null;
  if (end.entry !== 'socket') return { ...NOTHING_LISTED, state: end.state, entry: end.entry, socket };
  return {
    state: end.state,
    entry: end.entry,
    isHeld: end.holder === 'descriptor',
    unread: end.unreadBytes + (end.unreadFin === 'none' ? 0 : 1),
    unacknowledged: end.sendNext - end.sendUnacknowledged,
    socket,
  };
}

/** In words, the same for model and kernel: what differs, differs in the text. */
export function describeEnd({ state, entry, isHeld, unread, unacknowledged, socket }: EndView): string {
  const where = {
    none: '',
    request: ' (request socket)',
    socket: isHeld ? '' : ' (no descriptor)',
    outside: ' (outside of its socket)',
  }[entry];
  const queues = [
    unread === 0 ? [] : [`${unread} unread`],
    unacknowledged === 0 ? [] : [`${unacknowledged} unacknowledged`],
    socket === null || socket === state ? [] : [`descriptor leads to ${socket}`],
  ].flat();
  return [`${state}${where}`, ...queues].join(', ');
}

/** Whether two views are the same. */
export function isSameView(one: PairView, other: PairView): boolean {
  return (
    one.acceptQueue === other.acceptQueue && (['a', 'b'] as const).every((side) => isSameEnd(one[side], other[side]))
  );
}

function isSameEnd(one: EndView, other: EndView): boolean {
  return (
    one.state === other.state &&
    one.entry === other.entry &&
    one.isHeld === other.isHeld &&
    one.unread === other.unread &&
    one.unacknowledged === other.unacknowledged &&
    one.socket === other.socket
  );
}

/** Both sides, for loops. */
export const SIDES: readonly Side[] = ['a', 'b'];
