import type { TcpState } from '../../tcp/index.ts';
import type { StateKnowledge } from './state-knowledge.ts';

type OpeningState = Extract<TcpState, 'LISTEN' | 'SYN-SENT' | 'SYN-RECEIVED' | 'ESTABLISHED' | 'CLOSED'>;

/** Facts of the states before anybody closes, and of CLOSED. */
export const OPENING_KNOWLEDGE: Readonly<Record<OpeningState, StateKnowledge>> = {
  CLOSED: {
    means: 'There is no connection. RFC 9293 calls it fictional: the state of what does not exist.',
    linux:
      'TCP_CLOSE is what socket(2) makes, and what a connection falls back to after a RST, a timeout or the last ACK. ' +
      'sock_diag lists none of them. A program may go on holding the descriptor of a connection that the kernel has ' +
      'closed: the descriptor is as lost as before, and most tools no longer show it.',
    acts: 'this program',
    actsHow: 'the descriptor is open until the program closes it or ends.',
    lasts: 'For as long as the program holds the descriptor.',
    settings: [],
    usual: 'A moment between socket(2) and connect(2) or listen(2), and between an error and close(2).',
    trouble: 'A connection that was reset or ended from outside and whose descriptor stays open: a leak that hides.',
    todo: '`closewait` lists sockets that are closed but held, by process.',
    next: 'closewait cause:closed-but-held',
    references: ['RFC 9293 3.3.2', 'net/ipv4/tcp.c tcp_set_state(), tcp_done()', 'net/ipv4/inet_diag.c'],
  },
  LISTEN: {
    means: 'Waits for connections from any peer: a server, after listen(2).',
    linux:
      'The figure moves a listener to SYN-RECEIVED. On Linux it stays in LISTEN for ever: each SYN makes a request ' +
      'socket beside it, and each finished handshake a new socket in its accept queue. Recv-Q of a listener counts that ' +
      'queue, Send-Q is its limit.',
    acts: 'this program',
    actsHow: 'calls accept(2) for each connection, and close(2) on the listener at the end.',
    lasts: 'For as long as the program holds the descriptor.',
    settings: [
      { name: 'net.core.somaxconn', unit: 'sockets', says: 'the most that the backlog of listen(2) may ask for' },
      {
        name: 'net.ipv4.tcp_max_syn_backlog',
        unit: 'sockets',
        says: 'request sockets of a listener before it refuses, with SYN cookies off',
      },
    ],
    usual: 'One for each served port and address, or one a worker with SO_REUSEPORT.',
    trouble:
      'Recv-Q above 0 that does not fall: nobody accepts, and what is closed by its client in that queue is a ' +
      'connection in CLOSE-WAIT that no process has.',
    todo: 'See whether the program is in accept(2) or epoll_wait(2), stopped, or out of descriptors.',
    next: 'closewait ls --state listen',
    references: ['RFC 9293 3.10.7.2', 'net/ipv4/inet_connection_sock.c', 'net/ipv4/tcp_ipv4.c tcp_v4_conn_request()'],
  },
  'SYN-SENT': {
    means: 'This side has sent its SYN and waits for the answer: a client in connect(2).',
    linux:
      'An ordinary socket of the program. The SYN is repeated, ever more rarely, until tcp_syn_retries are used up.',
    acts: 'the peer',
    actsHow: 'answers SYN,ACK, or RST where nobody listens. A packet filter that drops answers nothing.',
    lasts: 'One round trip. Without an answer connect(2) ends with ETIMEDOUT: with 6 repetitions after some 2 min.',
    settings: [
      {
        name: 'net.ipv4.tcp_syn_retries',
        unit: 'attempts',
        says: 'how often a SYN is repeated; TCP_SYNCNT for one socket',
      },
    ],
    usual: 'A handful on a busy client, each for a round trip.',
    trouble: 'Many to one peer that stay: it is down, or a filter drops them.',
    todo: 'Look at the peers of these sockets; give connect a time limit in the program.',
    next: 'closewait ls --state syn-sent',
    references: ['RFC 9293 3.10.7.3', 'RFC 6298', 'net/ipv4/tcp_timer.c tcp_write_timeout()'],
  },
  'SYN-RECEIVED': {
    means: 'A SYN has come, SYN,ACK was sent, and the last ACK of the handshake is missing.',
    linux:
      'These are request sockets of a listener: a small structure without descriptor, inode or process (TCP_NEW_SYN_RECV). ' +
      'Only a simultaneous open, or TCP Fast Open, makes a whole socket in this state. With SYN cookies under load there is ' +
      'not even a request socket, and nothing to count.',
    acts: 'the peer',
    actsHow: 'sends the ACK. No program here knows of the connection yet.',
    lasts:
      'One round trip. Without the ACK the SYN,ACK is repeated after 1, 2, 4 and more seconds: with 5 repetitions some 63 s.',
    settings: [
      { name: 'net.ipv4.tcp_synack_retries', unit: 'attempts', says: 'how often SYN,ACK is repeated' },
      {
        name: 'net.ipv4.tcp_max_syn_backlog',
        unit: 'sockets',
        says: 'request sockets of a listener before it refuses, with SYN cookies off',
      },
      { name: 'net.ipv4.tcp_syncookies', unit: null, says: '0 never, 1 when the queue is full, 2 always' },
    ],
    usual: 'Few, each for a round trip.',
    trouble:
      'Thousands: a SYN flood, or answers that do not get back. Also where the accept queue is full: the ACK is ignored.',
    todo: 'Look at the listener: its accept queue, and whether its program accepts.',
    next: 'closewait ls --state syn-received',
    references: [
      'RFC 9293 3.10.7.4',
      'RFC 4987',
      'include/net/tcp_states.h TCP_NEW_SYN_RECV',
      'net/ipv4/inet_connection_sock.c reqsk_timer_handler()',
    ],
  },
  ESTABLISHED: {
    means: 'The connection is open, and both sides may send.',
    linux:
      'The kernel opens it, not accept(2): a connection that waits in an accept queue is in ESTABLISHED too, and has no ' +
      'process. A peer that vanished leaves it here for ever, unless something is sent or keepalive is on.',
    acts: 'either side',
    actsHow: 'whoever calls close(2) or shutdown(2) first becomes the active closer.',
    lasts:
      'Without limit. Data that is not acknowledged ends it after tcp_retries2 (with 15: 924.6 s at least), and keepalive, ' +
      'only where a program asked for SO_KEEPALIVE, after time + probes * interval.',
    settings: [
      {
        name: 'net.ipv4.tcp_keepalive_time',
        unit: 'seconds',
        says: 'silence before the first probe, with SO_KEEPALIVE',
      },
      { name: 'net.ipv4.tcp_keepalive_intvl', unit: 'seconds', says: 'between probes' },
      { name: 'net.ipv4.tcp_keepalive_probes', unit: 'attempts', says: 'probes without answer that end it' },
      { name: 'net.ipv4.tcp_retries2', unit: 'attempts', says: 'repetitions of data before it is given up' },
    ],
    usual: 'Most sockets of a host.',
    trouble: 'A number that only grows: connections that nobody closes on either side, or peers that vanished.',
    todo: 'See the queues and ages of the peers; turn on keepalive where peers can vanish.',
    next: 'closewait ls --state established',
    references: [
      'RFC 9293 3.10.7.4',
      'RFC 9293 3.8.4',
      'net/ipv4/tcp_timer.c tcp_keepalive_timer(), retransmits_timed_out()',
    ],
  },
};
