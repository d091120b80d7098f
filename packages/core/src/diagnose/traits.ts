import type { CloseLook, EventInterest, Interest, RuntimeName, SocketFacts } from '../facts/index.ts';

/** How far the program got with what a connection received. */
export type Progress = 'untouched' | 'partly-read' | 'fin-unread' | 'consumed' | 'unknown';

/** Which side began: a server accepts, a client connects. */
export type Role = 'accepted' | 'connected' | 'unknown';

/**
 * What the epoll instances of its holders watch a connection for.
 *
 * - `unwatched`: it is in none.
 * - `level-in`: it is reported as long as it is readable, and in CLOSE-WAIT it always is.
 * - `edge-in`: it was reported when the FIN came, and is not again.
 * - `registered-once`: IN, OUT and ET together, as runtimes register every connection once for its whole life. Says nothing.
 * - `write-only`, `nothing`, `fired`: the FIN is not reported.
 * - `unknown`: nobody looked.
 */
export type Watch =
  | 'unwatched'
  | 'level-in'
  | 'edge-in'
  | 'registered-once'
  | 'write-only'
  | 'nothing'
  | 'fired'
  | 'unknown';

/** What tells one connection of a process from another. Connections with equal traits are judged together. */
export interface Traits {
  readonly progress: Progress;
  readonly role: Role;
  readonly watch: Watch;
  /** Bytes moved between the two looks. */
  readonly moves: boolean;
  /** This side has sent something. */
  readonly answered: boolean;
}

/** Reads the traits of a connection off the look. `info` is the socket's: it is read once for everything. */
export function traitsOf(
  socket: SocketFacts,
  closeLook: CloseLook | null,
  runtime: RuntimeName | null,
  info: SocketFacts['info'] = socket.info,
): Traits {
  const { rxQueueBytes, txQueueBytes } = socket;
  return {
    progress: progressIn(rxQueueBytes, info),
    role: roleIn(txQueueBytes, info),
    watch: closeLook === null ? 'unknown' : watchIn(closeLook, socket.inode, runtime),
    // A cookie is a bigint: not made where nothing moved at all.
    moves: closeLook !== null && closeLook.moved.size > 0 && closeLook.moved.has(socket.cookie),
    answered: info.known && info.value.bytesSent > 0,
  };
}

/** Whether two connections are alike. */
export function haveSameTraits(a: Traits, b: Traits): boolean {
  return (
    a.progress === b.progress &&
    a.role === b.role &&
    a.watch === b.watch &&
    a.moves === b.moves &&
    a.answered === b.answered
  );
}

/**
 * Recv-Q counts an unread FIN as 1 and so does tcpi_bytes_received: equal numbers mean that not one byte was read. A
 * Recv-Q of 0 does not mean that a read returned 0, see docs/evidence.md.
 */
function progressIn(rxQueueBytes: number, info: SocketFacts['info']): Progress {
  if (!info.known) return 'unknown';
  if (rxQueueBytes === 0) return 'consumed';
  // Without any data the FIN is all there is: nothing tells whether somebody would have read it.
  if (rxQueueBytes >= info.value.bytesReceived) return 'untouched';
  return rxQueueBytes === 1 ? 'fin-unread' : 'partly-read';
}

/**
 * tcpi_bytes_acked counts the SYN of the side that connected and not the SYN of the side that accepted (tcp_ack and
 * tcp_create_openreq_child, net/ipv4; measured). What was retransmitted counts in bytes_sent again, and what is not
 * acknowledged yet is missing: then it is not known.
 */
export function roleOf({ info, txQueueBytes }: SocketFacts): Role {
  return roleIn(txQueueBytes, info);
}

function roleIn(txQueueBytes: number, info: SocketFacts['info']): Role {
  if (!info.known || txQueueBytes > 0) return 'unknown';
  const { bytesAcked, bytesSent } = info.value;
  if (bytesAcked === bytesSent + 1) return 'connected';
  return bytesAcked === bytesSent ? 'accepted' : 'unknown';
}

function watchIn({ interests: known }: CloseLook, inode: number, runtime: RuntimeName | null): Watch {
  const interests: readonly Interest[] | undefined = known.size === 0 ? undefined : known.get(inode);
  if (interests === undefined) return 'unwatched';
  const kinds = interests.map(({ events }) => kindOf(events, runtime));
  // One instance that still listens is enough to be woken.
  for (const kind of STRONGEST) if (kinds.includes(kind)) return kind;
  return 'unwatched';
}

const STRONGEST: readonly Watch[] = ['level-in', 'registered-once', 'edge-in', 'write-only', 'nothing', 'fired'];

/** Servers that register with ET for IN alone and for good. */
const ALWAYS_EDGE: readonly (RuntimeName | null)[] = ['nginx', 'go', 'dotnet'];

function kindOf({ in: input, out, rdhup, et, fired }: EventInterest, runtime: RuntimeName | null): Watch {
  if (fired) return 'fired';
  if (input || rdhup) {
    if (!et) return 'level-in';
    return (input && out) || ALWAYS_EDGE.includes(runtime) ? 'registered-once' : 'edge-in';
  }
  return out ? 'write-only' : 'nothing';
}

/** Whether no epoll instance would tell the program of the end: then only a thread that reads would find it. */
export function isUnwatched(watch: Watch): boolean {
  return watch === 'unwatched' || watch === 'registered-once';
}
