import type { Finding } from '../diagnose/index.ts';
import type { ActionMethod, ActionOutcome, ConnectionIdentity, OwnerIdentity, SocketFacts } from '../facts/index.ts';
import type { TcpState } from '../tcp/index.ts';

/** What an operator may order: one method, or `auto`, the least that works for the cause. */
export type OrderMethod = ActionMethod | 'auto';

/** An order as it was given. */
export interface OrderOptions {
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
  /** Ends a half-close in use too, where it is named by its cookie. */
  readonly forcesInUse: boolean;
  /** Connections that were named by their cookies. */
  readonly namedCookies: readonly bigint[];
  /** This program and its ancestors. */
  readonly ownPids: ReadonlySet<number>;
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

/** Whether something is given back: as measured for every kind of peer, or for some kinds only. */
export type Freed = 'yes' | 'no' | 'depends';

/** What an action gives back of what is lost with a stuck connection. */
export interface Frees {
  readonly connection: Freed;
  readonly descriptor: Freed;
  /** `not-lost`: with this cause it serves others anyhow. */
  readonly worker: Freed | 'not-lost';
}

/** Why nothing is done, and what to do instead. */
export interface Refusal {
  /** A sentence without its full stop. */
  readonly why: string;
  readonly hint: string | null;
}

/** What was seen of a connection when the order was made. */
export interface SeenBefore extends Pick<SocketFacts, 'rxQueueBytes' | 'txQueueBytes' | 'timer'> {
  readonly ageMs: number | null;
  /** Null where the kernel gave no tcp_info. */
  readonly bytesAcked: number | null;
}

/** One order about one connection, or about one socket that the kernel has closed and somebody still holds. */
export interface Order {
  readonly finding: Finding;
  /** Of a closed socket neither addresses nor a cookie are known: only its inode and its holders. */
  readonly target: ConnectionIdentity | Pick<ConnectionIdentity, 'inode' | 'holders'>;
  /** Null for a closed socket. */
  readonly seen: SeenBefore | null;
  /** Everybody who has it, and since when each of them runs; of a connection in an accept queue, the listener's. */
  readonly owners: readonly OwnerIdentity[];
  /** Null: nothing is done, see `refusal`. */
  readonly action: OrderedAction | null;
  readonly refusal: Refusal | null;
  /** Null where nothing is done, or where it was not measured. */
  readonly frees: Frees | null;
}

/** Whether the target is a connection that the kernel still lists. */
export function isConnection(target: Order['target']): target is ConnectionIdentity {
  return 'cookie' in target;
}

/** What is seen of the target of an order at one moment. Null: that could not be read, or does not apply. */
export interface Sighting {
  /** CLOSED: the kernel does not list it any more; `another`: and another connection has its addresses. */
  readonly state: TcpState | 'another' | null;
  /** What its descriptor's number leads to: `open`, to the socket; `none`: nobody was seen to have one. */
  readonly descriptor: 'open' | 'free' | 'other' | 'none' | null;
  /** Of the other side of a relay. */
  readonly leg: TcpState | 'another' | null;
  /** How many descriptors its process has open. */
  readonly openDescriptors: number | null;
  /** Whether its process is there still: a program may end of the error that it gets. */
  readonly ownerRuns: boolean | null;
  /** Of a process that was stopped. */
  readonly goesOn: boolean | null;
}

/** What became of an order. */
export interface OrderResult {
  readonly order: Order;
  readonly outcome: ActionOutcome;
  readonly before: Sighting;
  readonly after: Sighting;
}
