/**
 * The eleven states of a TCP connection, spelt as RFC 9293 section 3.3.2 spells them.
 *
 * @example
 * TCP_STATES.includes('CLOSE-WAIT') // true
 */
export const TCP_STATES = [
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
  'CLOSED',
] as const;

/** One of the eleven states of RFC 9293 section 3.3.2. */
export type TcpState = (typeof TCP_STATES)[number];
