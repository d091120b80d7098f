import type { Opening, Section, Sent, TcpEvent } from './events.ts';
import { TCP_STATES, type TcpState } from './states.ts';

/** Where a reaction holds. */
interface Scope {
  readonly events: readonly TcpEvent[];
  readonly states: readonly TcpState[];
  readonly section: Section;
  /** Only where the connection was opened this way. */
  readonly opening?: Opening;
}

/**
 * What an event does that changes no state.
 *
 * - `stays`: the event is served and the state remains, for example SEND in CLOSE-WAIT.
 * - `ignored`: a segment is dropped, perhaps with an answer, or a timer does not run here.
 * - `not-allowed`: the call returns `error`, in the words of the RFC.
 */
export type Reaction =
  | (Scope & { readonly outcome: 'stays' | 'ignored'; readonly sends: Sent | null })
  | (Scope & { readonly outcome: 'not-allowed'; readonly error: string });

const NO_FIN_SENT = ['ESTABLISHED', 'CLOSE-WAIT'] as const satisfies readonly TcpState[];
const FIN_SENT = [
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const satisfies readonly TcpState[];
const ACKS_FIN = ['rcv ACK of FIN', 'rcv FIN,ACK of FIN'] as const satisfies readonly TcpEvent[];
const CARRIES_ACK = ['rcv SYN,ACK', 'rcv ACK of SYN', 'rcv FIN', ...ACKS_FIN] as const satisfies readonly TcpEvent[];

const ANY_BUT_TIME_WAIT = TCP_STATES.filter((state) => state !== 'TIME-WAIT');

const CALLS: readonly Reaction[] = [
  {
    events: ['passive OPEN'],
    states: ['LISTEN'],
    outcome: 'not-allowed',
    section: '3.10.1',
    error: 'remote socket unspecified',
  },
  {
    events: ['passive OPEN', 'active OPEN'],
    states: ['SYN-SENT', 'SYN-RECEIVED', ...NO_FIN_SENT, ...FIN_SENT],
    outcome: 'not-allowed',
    section: '3.10.1',
    error: 'connection already exists',
  },
  {
    events: ['SEND'],
    states: ['CLOSED'],
    outcome: 'not-allowed',
    section: '3.10.2',
    error: 'connection does not exist',
  },
  // Queued until ESTABLISHED.
  { events: ['SEND'], states: ['SYN-SENT', 'SYN-RECEIVED'], outcome: 'stays', sends: null, section: '3.10.2' },
  // CLOSE-WAIT is a legal state to send in: the peer has only said that it will not send any more.
  { events: ['SEND'], states: NO_FIN_SENT, outcome: 'stays', sends: 'data', section: '3.10.2' },
  {
    events: ['SEND'],
    states: FIN_SENT,
    outcome: 'not-allowed',
    section: '3.10.2',
    error: 'connection closing',
  },
  {
    events: ['CLOSE'],
    states: ['CLOSED'],
    outcome: 'not-allowed',
    section: '3.10.4',
    error: 'connection does not exist',
  },
  // In FIN-WAIT-1 and FIN-WAIT-2 "ok" would do as well, as long as there is no second FIN.
  {
    events: ['CLOSE'],
    states: FIN_SENT,
    outcome: 'not-allowed',
    section: '3.10.4',
    error: 'connection closing',
  },
  {
    events: ['ABORT'],
    states: ['CLOSED'],
    outcome: 'not-allowed',
    section: '3.10.5',
    error: 'connection does not exist',
  },
];

const ARRIVALS: readonly Reaction[] = [
  { events: ['rcv SYN', ...CARRIES_ACK], states: ['CLOSED'], outcome: 'ignored', sends: 'RST', section: '3.10.7.1' },
  { events: ['rcv RST'], states: ['CLOSED'], outcome: 'ignored', sends: null, section: '3.10.7.1' },
  { events: ['rcv RST'], states: ['LISTEN'], outcome: 'ignored', sends: null, section: '3.10.7.2' },
  { events: CARRIES_ACK, states: ['LISTEN'], outcome: 'ignored', sends: 'RST', section: '3.10.7.2' },

  // First step: no FIN went out, so the ACK is above SND.NXT.
  { events: ACKS_FIN, states: ['SYN-SENT'], outcome: 'ignored', sends: 'RST', section: '3.10.7.3' },
  // Fifth step: neither SYN nor RST.
  { events: ['rcv ACK of SYN', 'rcv FIN'], states: ['SYN-SENT'], outcome: 'ignored', sends: null, section: '3.10.7.3' },

  // 3.10.7.4, fourth step: the challenge ACK of RFC 5961 section 4. In TIME-WAIT a SYN with a newer timestamp may open
  // the connection anew (RFC 6191); that is another connection and not modelled.
  {
    events: ['rcv SYN', 'rcv SYN,ACK'],
    states: [...NO_FIN_SENT, ...FIN_SENT],
    outcome: 'ignored',
    sends: 'ACK',
    section: '3.10.7.4',
  },
  {
    events: ['rcv SYN'],
    states: ['SYN-RECEIVED'],
    outcome: 'ignored',
    sends: 'ACK',
    section: '3.10.7.4',
    opening: 'active',
  },

  // Fifth step: acknowledgments of what was never sent, and repeated ones.
  { events: ACKS_FIN, states: ['SYN-RECEIVED'], outcome: 'ignored', sends: 'RST', section: '3.10.7.4' },
  { events: ACKS_FIN, states: NO_FIN_SENT, outcome: 'ignored', sends: 'ACK', section: '3.10.7.4' },
  {
    events: ['rcv ACK of SYN'],
    states: [...NO_FIN_SENT, ...FIN_SENT],
    outcome: 'ignored',
    sends: null,
    section: '3.10.7.4',
  },
  {
    events: ['rcv ACK of FIN'],
    states: ['FIN-WAIT-2', 'TIME-WAIT'],
    outcome: 'ignored',
    sends: null,
    section: '3.10.7.4',
  },

  // Eighth step: a repeated FIN is acknowledged again, and TIME-WAIT starts its 2 MSL anew.
  {
    events: ['rcv FIN'],
    states: ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'],
    outcome: 'stays',
    sends: 'ACK',
    section: '3.10.7.4',
  },
  { events: ['rcv FIN,ACK of FIN'], states: ['TIME-WAIT'], outcome: 'stays', sends: 'ACK', section: '3.10.7.4' },
];

const TIMERS: readonly Reaction[] = [
  {
    events: ['2MSL timeout'],
    states: ANY_BUT_TIME_WAIT,
    outcome: 'ignored',
    sends: null,
    section: '3.10.8',
  },
  { events: ['user timeout'], states: ['CLOSED'], outcome: 'ignored', sends: null, section: '3.10.8' },
];

/** Every state and event that TRANSITIONS does not name. */
export const REACTIONS: readonly Reaction[] = [...CALLS, ...ARRIVALS, ...TIMERS];
