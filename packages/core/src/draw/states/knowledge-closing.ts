import type { TcpState } from '../../tcp/index.ts';
import type { RulingSetting, StateKnowledge } from './state-knowledge.ts';

type ClosingState = Exclude<TcpState, 'LISTEN' | 'SYN-SENT' | 'SYN-RECEIVED' | 'ESTABLISHED' | 'CLOSED'>;

const RETRIES: RulingSetting = {
  name: 'net.ipv4.tcp_retries2',
  unit: 'attempts',
  says: 'repetitions of data and FIN while a process has the socket',
};
const ORPHAN_RETRIES: RulingSetting = {
  name: 'net.ipv4.tcp_orphan_retries',
  unit: 'attempts',
  says: 'repetitions once no process has it; 0 means 8',
};
const MOST_ORPHANS: RulingSetting = {
  name: 'net.ipv4.tcp_max_orphans',
  unit: 'sockets',
  says: 'sockets without a process; what is above is reset at once',
};
const GIVEN_UP =
  'Until the peer acknowledges. An orphan gives up after tcp_orphan_retries repetitions, with 8 of them and the least ' +
  'retransmission timeout of 0.2 s after some 100 s; a socket that a process has after tcp_retries2.';

/** Facts of the states after somebody has closed. */
export const CLOSING_KNOWLEDGE: Readonly<Record<ClosingState, StateKnowledge>> = {
  'FIN-WAIT-1': {
    means: 'This side has closed first and sent its FIN; the peer has not acknowledged it.',
    linux:
      'After close(2) the socket is an orphan: the kernel goes on alone. After shutdown(SHUT_WR) the program still has it. ' +
      'The FIN stands behind everything in Send-Q: a peer that takes no data holds it back.',
    acts: 'the peer',
    actsHow: "the peer's kernel acknowledges the FIN; its program has no part in that.",
    lasts: GIVEN_UP,
    settings: [ORPHAN_RETRIES, RETRIES, MOST_ORPHANS],
    usual: 'A round trip; few at a time.',
    trouble: 'Many with Send-Q above 0: peers that vanished, or that stay connected and read nothing (zero window).',
    todo: 'Nothing where they pass. Where they pile up, look at what the peers are.',
    next: 'closewait ls --state fin-wait-1',
    references: ['RFC 9293 3.6', 'net/ipv4/tcp.c __tcp_close()', 'net/ipv4/tcp_timer.c tcp_orphan_retries()'],
  },
  'FIN-WAIT-2': {
    means:
      "This side has closed first, the peer's kernel has acknowledged the FIN, and the peer's program has not closed yet.",
    linux:
      'RFC 9293 lets it last for ever. Linux ends an orphan, a socket that its program has closed, after tcp_fin_timeout, and ' +
      'keeps it meanwhile in the small form of TIME-WAIT, without process. After shutdown(SHUT_WR) the program still has ' +
      'the socket, and no timer runs: a legal half-close.',
    acts: 'the peer',
    actsHow: "the peer's program closes its side: over there the connection is in CLOSE-WAIT.",
    lasts: 'An orphan: tcp_fin_timeout, then it vanishes without a word. Held by a program: without limit.',
    settings: [
      {
        name: 'net.ipv4.tcp_fin_timeout',
        unit: 'seconds',
        says: 'life of an orphan in FIN-WAIT-2; TCP_LINGER2 for one socket',
      },
      MOST_ORPHANS,
    ],
    usual: 'Seconds; many on hosts that close first, all of them orphans.',
    trouble: 'Many that last: the peer does not close. Both ends on this host: its CLOSE-WAIT is here as well.',
    todo: 'On the peer: find who holds the connection in CLOSE-WAIT. Here nothing is lost but memory of the kernel.',
    next: 'closewait ls --state fin-wait-2',
    references: [
      'RFC 9293 3.6',
      'RFC 1122 4.2.2.13',
      'net/ipv4/tcp.c __tcp_close()',
      'net/ipv4/tcp_input.c tcp_rcv_state_process()',
      'Documentation/networking/ip-sysctl.rst tcp_fin_timeout',
    ],
  },
  'CLOSE-WAIT': {
    means:
      'The peer has closed its side: its FIN has come, the kernel has acknowledged it, and the program here has not closed.',
    linux:
      'No timer runs. The kernel cannot know whether the program still wants to send: a half-close is legal. Keepalive does ' +
      'not end it as long as the peer is half-closed and alive, because its kernel answers the probes.',
    acts: 'this program',
    actsHow: 'read(2) has returned 0, or will: then close(2). Nobody else can end it in order.',
    lasts: "Without limit. No setting ends it as long as the peer's kernel answers.",
    settings: [
      {
        name: 'net.ipv4.tcp_keepalive_time',
        unit: 'seconds',
        says: 'only with SO_KEEPALIVE, and only where the peer is gone',
      },
      { name: 'net.ipv4.tcp_keepalive_intvl', unit: 'seconds', says: 'between probes' },
      { name: 'net.ipv4.tcp_keepalive_probes', unit: 'attempts', says: 'probes without answer that end it' },
    ],
    usual: 'As brief as the program is quick: below a second.',
    trouble:
      'Any that last. A descriptor that is not closed, a worker that waits for something else, an accept queue that nobody ' +
      'empties: in the end "too many open files", or a server that answers nobody.',
    todo: 'Ask why: `closewait` names the process, the cause, how long it has lasted and what to do.',
    next: 'closewait',
    references: [
      'RFC 9293 3.6',
      'RFC 9293 3.10.7.4, eighth step',
      'net/ipv4/tcp_input.c tcp_fin()',
      'docs/causes/README.md',
    ],
  },
  CLOSING: {
    means:
      "Both sides have closed at the same time: each FIN was sent before the other's came. The ACK of the own FIN is missing.",
    linux: 'Mostly an orphan already. Two close(2) within one round trip make it, so it is rare.',
    acts: 'the peer',
    actsHow: "the peer's kernel acknowledges the FIN.",
    lasts: GIVEN_UP,
    settings: [ORPHAN_RETRIES, RETRIES],
    usual: 'None, or one for a round trip.',
    trouble: 'Some that stay: the peer has vanished in the middle of its close.',
    todo: 'Nothing: the kernel gives up by itself.',
    next: 'closewait ls --state closing',
    references: ['RFC 9293 3.6, figure 13', 'net/ipv4/tcp_input.c tcp_fin(), tcp_rcv_state_process()'],
  },
  'LAST-ACK': {
    means: 'The peer has closed first, the program here has closed too, and the peer has not acknowledged the FIN.',
    linux:
      'Mostly an orphan: the program has done its part, and the descriptor is free. What is in Send-Q goes out before the FIN, ' +
      'so a peer that takes no data keeps the socket here.',
    acts: 'the peer',
    actsHow: "the peer's kernel acknowledges the FIN.",
    lasts: GIVEN_UP,
    settings: [ORPHAN_RETRIES, RETRIES, MOST_ORPHANS],
    usual: 'A round trip; few at a time.',
    trouble:
      'Many that stay: peers that vanished after they had closed, or a filter that drops what they would answer.',
    todo: 'Nothing where they pass: the kernel gives up by itself. Where they pile up, look at the way to the peers.',
    next: 'closewait ls --state last-ack',
    references: ['RFC 9293 3.10.7.4', 'net/ipv4/tcp_timer.c tcp_orphan_retries()', 'net/ipv4/tcp.c tcp_close_state()'],
  },
  'TIME-WAIT': {
    means:
      'Both sides have closed, this one first. The pair of addresses and ports is kept back, so that late segments meet nobody new.',
    linux:
      'No socket of a process: descriptor, buffers and worker are long free. The kernel keeps a small structure ' +
      '(struct inet_timewait_sock) for 60 s: TCP_TIMEWAIT_LEN is compiled in. tcp_fin_timeout does not change it.',
    acts: 'this kernel',
    actsHow: 'its timer ends it; no program can, and none needs to.',
    lasts: '60 s (RFC 9293 says 2 MSL, 4 min). Above tcp_max_tw_buckets none is kept.',
    settings: [
      { name: 'net.ipv4.tcp_max_tw_buckets', unit: 'sockets', says: 'the most that are kept' },
      {
        name: 'net.ipv4.tcp_tw_reuse',
        unit: null,
        says: 'for outgoing connections: 0 never, 1 always, 2 on loopback alone',
      },
    ],
    usual: 'Up to 60 times the connections that this side closes in a second. Harmless.',
    trouble: 'Only where one peer and port use up the ephemeral ports: connect(2) ends with EADDRNOTAVAIL.',
    todo: 'Keep connections open (pooling), or let the peer close first. Never take it for a leak.',
    next: 'closewait ls --state time-wait',
    references: [
      'RFC 9293 3.10.8',
      'include/net/tcp.h TCP_TIMEWAIT_LEN',
      'net/ipv4/tcp_minisocks.c tcp_time_wait()',
      'Documentation/networking/ip-sysctl.rst tcp_tw_reuse',
    ],
  },
};
