/**
 * The calls of RFC 9293 section 3.9.1 that can change a state. RECEIVE and STATUS never do (3.10.3, 3.10.6), so reading
 * the end of the stream moves nothing: only CLOSE leaves CLOSE-WAIT in order.
 */
export const USER_CALLS = ['passive OPEN', 'active OPEN', 'SEND', 'CLOSE', 'ABORT'] as const;

/**
 * Arriving segments, named as figure 5 labels them. Each is the idealized segment of section 3.10.7.4, first step: it
 * begins at RCV.NXT, lies in the window, and a RST is acceptable (RFC 5961 section 3.2).
 *
 * - `rcv FIN` acknowledges everything up to our FIN, not the FIN itself; in SYN-RECEIVED it acknowledges our SYN.
 * - `rcv FIN,ACK of FIN` acknowledges our FIN as well.
 */
export const SEGMENT_ARRIVALS = [
  'rcv SYN',
  'rcv SYN,ACK',
  'rcv ACK of SYN',
  'rcv FIN',
  'rcv ACK of FIN',
  'rcv FIN,ACK of FIN',
  'rcv RST',
] as const;

/** The timeouts of section 3.10.8 that change a state; a retransmission timeout does not. */
export const TIMEOUTS = ['2MSL timeout', 'user timeout'] as const;

/** Something that happens to a connection: a call, a segment or a timeout. */
export type TcpEvent = (typeof USER_CALLS)[number] | (typeof SEGMENT_ARRIVALS)[number] | (typeof TIMEOUTS)[number];

/** Every event of the model. */
export const TCP_EVENTS: readonly TcpEvent[] = [...USER_CALLS, ...SEGMENT_ARRIVALS, ...TIMEOUTS];

/** The events that end a connection out of order: what figure 5 leaves out (its note 3 and the text above it). */
export const ERROR_EVENTS: readonly TcpEvent[] = ['ABORT', 'rcv RST', 'user timeout'];

/** Whether an event belongs to the orderly life of a connection. */
export function isOrderly(event: TcpEvent): boolean {
  return !ERROR_EVENTS.includes(event);
}

/** What goes out in answer to an event. */
export type Sent = 'SYN' | 'SYN,ACK' | 'ACK' | 'FIN' | 'RST' | 'data';

/** A section of RFC 9293. */
export type Section = `3.${number}` | `3.${number}.${number}` | `3.${number}.${number}.${number}`;

/** How a connection began. It decides what SYN-RECEIVED falls back to (RFC 9293 figure 5, note 1). */
export type Opening = 'passive' | 'active';
