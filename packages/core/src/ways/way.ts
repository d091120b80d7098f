import type { Finding } from '../diagnose/index.ts';
import type { ActionMethod, ConnectionIdentity, OwnerIdentity, SocketFacts } from '../facts/index.ts';

/** What may be ordered: one method, or `auto`, the least that works for the cause. */
export type OrderMethod = ActionMethod | 'auto';

/** How it is to be done, as far as that was said. */
export interface WayOptions {
  readonly method: OrderMethod;
  /** Of shutdown; null: the one that suits. */
  readonly direction: 'write' | 'both' | null;
  /** Of timeout. Milliseconds. */
  readonly timeoutMs: number;
  /** Of limit; null: as high as the hard limit, or four times as high where that is raised too. */
  readonly limit: number | null;
  readonly raisesHardLimit: boolean;
  /** Of free-descriptor: whoever orders it has read what can go wrong. */
  readonly acceptsReuse: boolean;
}

/** What is done, with everything that it needs. */
export type OrderedAction =
  | { readonly method: 'destroy' }
  | { readonly method: 'thaw' }
  | { readonly method: 'free-descriptor' }
  | {
      readonly method: 'shutdown';
      readonly direction: 'read' | 'write' | 'both';
      /** Of a relay: the connection on its other side, which is shut down in place of the one that is stuck. */
      readonly leg: ConnectionIdentity | null;
    }
  | {
      readonly method: 'timeout';
      readonly timeoutMs: number;
      /** Where nothing waits for an acknowledgement, TCP_USER_TIMEOUT alone does nothing: probes give it something. */
      readonly keepalive: boolean;
    }
  | { readonly method: 'limit'; readonly soft: number; readonly hard: number };

/** Why nothing is done, and what to do instead. */
export interface Refusal {
  /** A sentence without its full stop. */
  readonly why: string;
  readonly hint: string | null;
}

/** What was seen of a connection when it was decided about. */
export interface SeenBefore extends Pick<SocketFacts, 'rxQueueBytes' | 'txQueueBytes' | 'timer'> {
  readonly ageMs: number | null;
  /** Null where the kernel gave no tcp_info. */
  readonly bytesAcked: number | null;
}

/** One connection, or one socket that the kernel has closed and somebody still holds, before it is decided what is done to it. */
export interface Subject {
  readonly finding: Finding;
  /** Of a closed socket neither addresses nor a cookie are known: only its inode and its holders. */
  readonly target: ConnectionIdentity | Pick<ConnectionIdentity, 'inode' | 'holders'>;
  /** Null for a closed socket. */
  readonly seen: SeenBefore | null;
  /** Everybody who has it, and since when each of them runs; of a connection in an accept queue, the listener's. */
  readonly owners: readonly OwnerIdentity[];
}

/** Whether the target is a connection that the kernel still lists. */
export function isConnection(target: Subject['target']): target is ConnectionIdentity {
  return 'cookie' in target;
}
