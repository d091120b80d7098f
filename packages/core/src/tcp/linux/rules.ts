import type { Section } from '../events.ts';

/** One way in which Linux does not do what RFC 9293 says, or does what it does not speak of. */
export interface LinuxRule {
  /** What Linux does. */
  readonly says: string;
  /** What is departed from, or would have had to say it. */
  readonly section: Section;
  /** What the RFC says there. */
  readonly instead: string;
  /** Where the kernel does it: file and function. */
  readonly source: string;
}

/** The name of each departure, in the order of a connection's life. */
export const LINUX_RULE_IDS = [
  'request-socket',
  'listener-stays-listener',
  'shutdown-ends-listening',
  'request-outlives-listener',
  'listener-close-resets-queue',
  'reset-stays-in-accept-queue',
  'simultaneous-open-acknowledged',
  'send-waits-for-connection',
  'shutdown-ends-opening',
  'shutdown-waits-for-connection',
  'shutdown-read-is-local',
  'unread-half-resets-data',
  'closing-twice-succeeds',
  'unread-data-resets',
  'fin-wait-2-outside-socket',
  'fin-wait-2-ends',
  'orphan-resets-data',
  'time-wait-outside-socket',
  'reset-before-end-counts',
  'reset-after-end-is-epipe',
  'end-of-stream-hides-reset',
  'unread-data-survives-reset',
  'destroyed-keeps-descriptor',
  'destroyed-in-silence',
] as const;

/** The name of a departure. */
export type LinuxRuleId = (typeof LINUX_RULE_IDS)[number];

/**
 * Linux's departures from the state machine of RFC 9293, by name. The model of an end takes one where it applies; without it
 * the model does what the RFC says. Each was found by a run against a kernel that did otherwise, and is needed: a run of the
 * model without it finds the difference.
 */
export const LINUX_RULES: Readonly<Record<LinuxRuleId, LinuxRule>> = {
  'request-socket': {
    says: 'A SYN to a listener makes a request socket in SYN-RECEIVED; the listener itself stays in LISTEN.',
    section: '3.10.7.2',
    instead: 'the listening connection itself goes to SYN-RECEIVED',
    source: 'net/ipv4/tcp_input.c tcp_conn_request()',
  },
  'listener-stays-listener': {
    says: 'connect() and send() on a listener are errors, EISCONN and EPIPE; it stays in LISTEN.',
    section: '3.10.1',
    instead: 'active OPEN and SEND (3.10.2) turn a listening connection into SYN-SENT',
    source: 'net/ipv4/af_inet.c __inet_stream_connect(), net/core/stream.c sk_stream_wait_connect()',
  },
  'shutdown-ends-listening': {
    says: "shutdown() of a listener's reading half ends the listening as close() does, and leaves the descriptor.",
    section: '3.10.4',
    instead: 'CLOSE ends the listening; ending only the reading half is unknown',
    source: 'net/ipv4/af_inet.c inet_shutdown(), net/ipv4/tcp.c tcp_disconnect()',
  },
  'request-outlives-listener': {
    says: 'Closing the listener leaves its request sockets; the segment that would complete one is answered with a RST.',
    section: '3.10.4',
    instead: 'CLOSE in SYN-RECEIVED sends a FIN and goes to FIN-WAIT-1',
    source: 'net/ipv4/tcp_ipv4.c tcp_v4_rcv(), net/ipv4/inet_connection_sock.c inet_csk_listen_stop()',
  },
  'listener-close-resets-queue': {
    says: 'Closing the listener resets every connection that waits in its accept queue.',
    section: '3.10.4',
    instead: 'CLOSE in ESTABLISHED sends a FIN and goes to FIN-WAIT-1',
    source: 'net/ipv4/inet_connection_sock.c inet_csk_listen_stop(), inet_child_forget()',
  },
  'reset-stays-in-accept-queue': {
    says: 'A connection that was reset before accept() keeps its place in the accept queue, and accept() returns it.',
    section: '3.10.7.4',
    instead: 'a RST deletes the connection and all of it',
    source: 'net/ipv4/tcp_input.c tcp_reset(), net/ipv4/inet_connection_sock.c inet_csk_accept()',
  },
  'simultaneous-open-acknowledged': {
    says: 'The SYN,ACK that ends a simultaneous opening is answered with an ACK: its SYN is taken for a repeated one.',
    section: '3.5',
    instead: 'figure 7 ends with the SYN,ACK',
    source: 'net/ipv4/tcp_input.c tcp_rcv_state_process(), tcp_data_queue()',
  },
  'send-waits-for-connection': {
    says: 'A send before ESTABLISHED is not queued: it waits, and EAGAIN is what a socket that never waits gets.',
    section: '3.10.2',
    instead: 'data sent in SYN-SENT or SYN-RECEIVED is queued until ESTABLISHED',
    source: 'net/ipv4/tcp.c tcp_sendmsg_locked(), net/core/stream.c sk_stream_wait_connect()',
  },
  'shutdown-ends-opening': {
    says: 'shutdown() of any direction in SYN-SENT ends the attempt, and the next call gets ECONNRESET.',
    section: '3.10.4',
    instead: 'CLOSE deletes the connection; ending only the reading half is unknown',
    source: 'net/ipv4/af_inet.c inet_shutdown(), net/ipv4/tcp.c tcp_disconnect()',
  },
  'shutdown-waits-for-connection': {
    says: 'shutdown() of the writing half in SYN-RECEIVED sends no FIN before the connection is ESTABLISHED.',
    section: '3.10.4',
    instead: 'CLOSE in SYN-RECEIVED with nothing to send sends the FIN at once',
    source: 'net/ipv4/tcp.c tcp_shutdown(), net/ipv4/tcp_input.c tcp_rcv_state_process()',
  },
  'shutdown-read-is-local': {
    says: 'shutdown() of the reading half changes no state and sends nothing: read() then answers 0.',
    section: '3.10.3',
    instead: 'there is no such call: RECEIVE waits for data or the end of the stream',
    source: 'net/ipv4/af_inet.c inet_shutdown(), net/ipv4/tcp.c tcp_shutdown()',
  },
  'unread-half-resets-data': {
    says: 'After both halves were shut down, arriving data is answered with a RST, and the socket is reset as well.',
    section: '3.10.7.4',
    instead: 'in FIN-WAIT-1 and FIN-WAIT-2 data is taken and acknowledged',
    source: 'net/ipv4/tcp_input.c tcp_rcv_state_process()',
  },
  'closing-twice-succeeds': {
    says: 'close() and shutdown() answer 0 in every state after the FIN; close() gives up the descriptor alone.',
    section: '3.10.4',
    instead: 'a second CLOSE is an error: connection closing',
    source: 'net/ipv4/tcp.c tcp_close_state(), tcp_shutdown()',
  },
  'unread-data-resets': {
    says: 'close() with unread data sends a RST instead of a FIN, and the connection is CLOSED at once.',
    section: '3.10.4',
    instead: 'CLOSE sends a FIN (3.6.1 recommends the RST)',
    source: 'net/ipv4/tcp.c __tcp_close()',
  },
  'fin-wait-2-outside-socket': {
    says: 'FIN-WAIT-2 of a closed descriptor is kept as small as TIME-WAIT, outside of the socket.',
    section: '3.10.4',
    instead: 'the connection stays what it was',
    source: 'net/ipv4/tcp.c __tcp_close(), net/ipv4/tcp_minisocks.c tcp_time_wait()',
  },
  'fin-wait-2-ends': {
    says: 'FIN-WAIT-2 of a closed descriptor ends by itself after tcp_fin_timeout, in silence.',
    section: '3.10.8',
    instead: 'no timeout ends FIN-WAIT-2',
    source: 'net/ipv4/tcp_minisocks.c tcp_time_wait(), net/ipv4/inet_timewait_sock.c tw_timer_handler()',
  },
  'orphan-resets-data': {
    says: 'Data that arrives after the descriptor was closed is answered with a RST, and the connection is gone.',
    section: '3.10.7.4',
    instead: 'in FIN-WAIT-1 and FIN-WAIT-2 data is taken and acknowledged (RFC 1122 4.2.2.13 wants the RST)',
    source: 'net/ipv4/tcp_input.c tcp_rcv_state_process(), net/ipv4/tcp_minisocks.c tcp_timewait_state_process()',
  },
  'time-wait-outside-socket': {
    says: 'TIME-WAIT is kept outside of the socket: sock_diag lists it while the descriptor leads to a CLOSED socket.',
    section: '3.10.7.4',
    instead: 'the connection itself is in TIME-WAIT until 2 MSL are over',
    source: 'net/ipv4/tcp_minisocks.c tcp_time_wait()',
  },
  'reset-before-end-counts': {
    says: 'In CLOSE-WAIT, CLOSING and LAST-ACK a RST counts, too, that has the number of the FIN before it.',
    section: '3.10.7.4',
    instead: 'a RST before the window is dropped',
    source: 'net/ipv4/tcp_input.c tcp_reset_check(), tcp_validate_incoming()',
  },
  'reset-after-end-is-epipe': {
    says: 'A RST in CLOSE-WAIT leaves EPIPE for the next call.',
    section: '3.10.7.4',
    instead: 'outstanding calls get "connection reset"',
    source: 'net/ipv4/tcp_input.c tcp_reset()',
  },
  'end-of-stream-hides-reset': {
    says: 'Once the peer has sent its FIN, read() goes on to answer 0 after a RST; the error waits for a write.',
    section: '3.10.7.4',
    instead: 'outstanding calls get "connection reset"',
    source: 'net/ipv4/tcp.c tcp_recvmsg_locked()',
  },
  'unread-data-survives-reset': {
    says: 'Data that was received before a RST can still be read after it.',
    section: '3.10.7.4',
    instead: 'all segment queues are flushed',
    source: 'net/ipv4/tcp_input.c tcp_reset(), net/ipv4/tcp.c tcp_recvmsg_locked()',
  },
  'destroyed-keeps-descriptor': {
    says: 'SOCK_DESTROY of a socket is an ABORT from outside: the descriptor stays, and ECONNABORTED waits for its next call.',
    section: '3.10.5',
    instead: "ABORT is a call of the connection's own user, who lets go of it",
    source: 'net/ipv4/tcp.c tcp_abort()',
  },
  'destroyed-in-silence': {
    says: 'SOCK_DESTROY of a request socket, or of what is kept outside of its socket, sends nothing.',
    section: '3.10.5',
    instead: 'ABORT in SYN-RECEIVED and FIN-WAIT-2 sends a RST',
    source: 'net/ipv4/tcp.c tcp_abort(), net/ipv4/inet_timewait_sock.c inet_twsk_deschedule_put()',
  },
};
