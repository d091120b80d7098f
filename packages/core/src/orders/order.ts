import type { ActionOutcome } from '../facts/index.ts';
import type { TcpState } from '../tcp/index.ts';
import type { OrderedAction, Refusal, Subject, WayOptions } from '../ways/index.ts';

/** An order as it was given. */
export interface OrderOptions extends WayOptions {
  /** Ends a half-close in use too, where it is named by its cookie. */
  readonly forcesInUse: boolean;
  /** Connections that were named by their cookies. */
  readonly namedCookies: readonly bigint[];
  /** This program and its ancestors. */
  readonly ownPids: ReadonlySet<number>;
}

/** Whether something is given back: as measured for every kind of peer, or for some kinds only. */
export type Freed = 'yes' | 'no' | 'depends';

/** What an action gives back of what is lost with a stuck connection. */
export interface Frees {
  readonly connection: Freed;
  readonly descriptor: Freed;
  /** `not-lost`: with this cause it serves others anyhow. */
  readonly worker: Freed | 'not-lost';
}

/** One order about one connection, or about one socket that the kernel has closed and somebody still holds. */
export interface Order extends Subject {
  /** Null: nothing is done, see `refusal`. */
  readonly action: OrderedAction | null;
  readonly refusal: Refusal | null;
  /** Null where nothing is done, or where it was not measured. */
  readonly frees: Frees | null;
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

/** An order, and what was seen immediately before it is carried out. */
export interface SeenOrder {
  readonly order: Order;
  readonly before: Sighting;
}

/** What became of an order. */
export interface OrderResult extends SeenOrder {
  readonly outcome: ActionOutcome;
  readonly after: Sighting;
}
