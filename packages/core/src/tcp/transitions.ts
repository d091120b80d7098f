import type { Opening, Section, Sent, TcpEvent } from './events.ts';
import type { TcpState } from './states.ts';

/** One change of state: an arrow of RFC 9293 figure 5, or one that only the text of section 3.10 has. */
export interface Transition {
  readonly event: TcpEvent;
  readonly from: TcpState;
  readonly to: TcpState;
  readonly sends: Sent | null;
  readonly section: Section;
  /** Only where the connection was opened this way. */
  readonly opening?: Opening;
}

/**
 * Every change of state, in the order of section 3.10.
 *
 * Where the RFC disagrees with itself: 3.5.2 and note 3 of figure 5 would send the side that issues a RST to TIME-WAIT,
 * 3.10.5 to CLOSED. CLOSED it is, as in Linux: tcp_disconnect(), net/ipv4/tcp.c.
 */
export const TRANSITIONS: readonly Transition[] = [
  { event: 'passive OPEN', from: 'CLOSED', to: 'LISTEN', sends: null, section: '3.10.1' },
  { event: 'active OPEN', from: 'CLOSED', to: 'SYN-SENT', sends: 'SYN', section: '3.10.1' },
  { event: 'active OPEN', from: 'LISTEN', to: 'SYN-SENT', sends: 'SYN', section: '3.10.1' },

  { event: 'SEND', from: 'LISTEN', to: 'SYN-SENT', sends: 'SYN', section: '3.10.2' },

  { event: 'CLOSE', from: 'LISTEN', to: 'CLOSED', sends: null, section: '3.10.4' },
  { event: 'CLOSE', from: 'SYN-SENT', to: 'CLOSED', sends: null, section: '3.10.4' },
  { event: 'CLOSE', from: 'SYN-RECEIVED', to: 'FIN-WAIT-1', sends: 'FIN', section: '3.10.4' },
  { event: 'CLOSE', from: 'ESTABLISHED', to: 'FIN-WAIT-1', sends: 'FIN', section: '3.10.4' },
  // RFC 793 said CLOSING here; RFC 1122 section 4.2.2.20 (a) corrected it. Where data is left unread the RFC wants a RST
  // instead (3.6.1, SHLD-3), and Linux sends one and goes to CLOSED: tcp_close(), net/ipv4/tcp.c.
  { event: 'CLOSE', from: 'CLOSE-WAIT', to: 'LAST-ACK', sends: 'FIN', section: '3.10.4' },

  { event: 'ABORT', from: 'LISTEN', to: 'CLOSED', sends: null, section: '3.10.5' },
  { event: 'ABORT', from: 'SYN-SENT', to: 'CLOSED', sends: null, section: '3.10.5' },
  { event: 'ABORT', from: 'SYN-RECEIVED', to: 'CLOSED', sends: 'RST', section: '3.10.5' },
  { event: 'ABORT', from: 'ESTABLISHED', to: 'CLOSED', sends: 'RST', section: '3.10.5' },
  { event: 'ABORT', from: 'FIN-WAIT-1', to: 'CLOSED', sends: 'RST', section: '3.10.5' },
  { event: 'ABORT', from: 'FIN-WAIT-2', to: 'CLOSED', sends: 'RST', section: '3.10.5' },
  { event: 'ABORT', from: 'CLOSE-WAIT', to: 'CLOSED', sends: 'RST', section: '3.10.5' },
  { event: 'ABORT', from: 'CLOSING', to: 'CLOSED', sends: null, section: '3.10.5' },
  { event: 'ABORT', from: 'LAST-ACK', to: 'CLOSED', sends: null, section: '3.10.5' },
  { event: 'ABORT', from: 'TIME-WAIT', to: 'CLOSED', sends: null, section: '3.10.5' },

  { event: 'rcv SYN', from: 'LISTEN', to: 'SYN-RECEIVED', sends: 'SYN,ACK', section: '3.10.7.2' },

  // Simultaneous open. RFC 793 drew `snd ACK` here.
  { event: 'rcv SYN', from: 'SYN-SENT', to: 'SYN-RECEIVED', sends: 'SYN,ACK', section: '3.10.7.3' },
  { event: 'rcv SYN,ACK', from: 'SYN-SENT', to: 'ESTABLISHED', sends: 'ACK', section: '3.10.7.3' },
  { event: 'rcv RST', from: 'SYN-SENT', to: 'CLOSED', sends: null, section: '3.10.7.3' },

  // 3.10.7.4, second step. For Linux the LISTEN below is the listener that never left it, see linux-states.ts.
  { event: 'rcv RST', from: 'SYN-RECEIVED', to: 'LISTEN', sends: null, section: '3.10.7.4', opening: 'passive' },
  { event: 'rcv RST', from: 'SYN-RECEIVED', to: 'CLOSED', sends: null, section: '3.10.7.4', opening: 'active' },
  { event: 'rcv RST', from: 'ESTABLISHED', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv RST', from: 'FIN-WAIT-1', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv RST', from: 'FIN-WAIT-2', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv RST', from: 'CLOSE-WAIT', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv RST', from: 'CLOSING', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv RST', from: 'LAST-ACK', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv RST', from: 'TIME-WAIT', to: 'CLOSED', sends: null, section: '3.10.7.4' },

  // 3.10.7.4, fourth step: a SYN that lies in the window. A repeated SYN lies before it and is only acknowledged.
  { event: 'rcv SYN', from: 'SYN-RECEIVED', to: 'LISTEN', sends: null, section: '3.10.7.4', opening: 'passive' },
  { event: 'rcv SYN,ACK', from: 'SYN-RECEIVED', to: 'LISTEN', sends: null, section: '3.10.7.4', opening: 'passive' },
  // The last line of a simultaneous open, figure 7: its SYN repeats a known one and is trimmed off, its ACK counts.
  { event: 'rcv SYN,ACK', from: 'SYN-RECEIVED', to: 'ESTABLISHED', sends: null, section: '3.5', opening: 'active' },

  // 3.10.7.4, fifth step.
  { event: 'rcv ACK of SYN', from: 'SYN-RECEIVED', to: 'ESTABLISHED', sends: null, section: '3.10.7.4' },
  { event: 'rcv ACK of FIN', from: 'FIN-WAIT-1', to: 'FIN-WAIT-2', sends: null, section: '3.10.7.4' },
  { event: 'rcv ACK of FIN', from: 'CLOSING', to: 'TIME-WAIT', sends: null, section: '3.10.7.4' },
  { event: 'rcv ACK of FIN', from: 'LAST-ACK', to: 'CLOSED', sends: null, section: '3.10.7.4' },
  { event: 'rcv FIN,ACK of FIN', from: 'LAST-ACK', to: 'CLOSED', sends: null, section: '3.10.7.4' },

  // 3.10.7.4, eighth step. Not in the figure: SYN-RECEIVED to CLOSE-WAIT, by way of ESTABLISHED in the fifth step.
  { event: 'rcv FIN', from: 'SYN-RECEIVED', to: 'CLOSE-WAIT', sends: 'ACK', section: '3.10.7.4' },
  { event: 'rcv FIN', from: 'ESTABLISHED', to: 'CLOSE-WAIT', sends: 'ACK', section: '3.10.7.4' },
  { event: 'rcv FIN', from: 'FIN-WAIT-1', to: 'CLOSING', sends: 'ACK', section: '3.10.7.4' },
  { event: 'rcv FIN', from: 'FIN-WAIT-2', to: 'TIME-WAIT', sends: 'ACK', section: '3.10.7.4' },
  // Figure 5, note 2.
  { event: 'rcv FIN,ACK of FIN', from: 'FIN-WAIT-1', to: 'TIME-WAIT', sends: 'ACK', section: '3.10.7.4' },
  { event: 'rcv FIN,ACK of FIN', from: 'FIN-WAIT-2', to: 'TIME-WAIT', sends: 'ACK', section: '3.10.7.4' },
  { event: 'rcv FIN,ACK of FIN', from: 'CLOSING', to: 'TIME-WAIT', sends: 'ACK', section: '3.10.7.4' },

  { event: '2MSL timeout', from: 'TIME-WAIT', to: 'CLOSED', sends: null, section: '3.10.8' },

  { event: 'user timeout', from: 'LISTEN', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'SYN-SENT', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'SYN-RECEIVED', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'ESTABLISHED', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'FIN-WAIT-1', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'FIN-WAIT-2', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'CLOSE-WAIT', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'CLOSING', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'LAST-ACK', to: 'CLOSED', sends: null, section: '3.10.8' },
  { event: 'user timeout', from: 'TIME-WAIT', to: 'CLOSED', sends: null, section: '3.10.8' },
];
