import { HELD_AT as AT } from '@closewait/core/codec';
import { toLinuxState } from '@closewait/core/tcp';
import { JIFFIES, RECORD } from './held-stack.ts';
import type { FieldName } from './layout.ts';
import type { ClockRate, ProgramWriter } from './program-writer.ts';

/** `icsk_pending`, net/inet_connection_sock.h. */
const ICSK_TIME_RETRANS = 1;
const ICSK_TIME_PROBE0 = 3;
const ICSK_TIME_LOSS_PROBE = 5;
const ICSK_TIME_REO_TIMEOUT = 6;

/** `idiag_timer`, linux/inet_diag.h. */
const TIMER = { none: 0, retransmit: 1, keepalive: 2, persist: 4 } as const;

const MOST_INT = 0x7fff_ffff;

/**
 * The middle of a record: ports, queues, timer and clocks, each made as sock_diag makes it. r8 is the struct tcp_sock,
 * r9 the struct sock.
 */
export function writeSocket(w: ProgramWriter, clock: ClockRate): void {
  w.copy('r9', 'sock.local_port', 2, RECORD + AT.localPort).copy('r9', 'sock.remote_port', 2, RECORD + AT.remotePort);
  writeTimer(w, clock);
  w.read('r1', 'r9', 'sock.state').jumpIf('r1', '==', toLinuxState('LISTEN'), 'listener');
  writeQueues(w);
  writeInfo(w, clock);
  w.jump('addresses').label('listener');
  writeListener(w);
  w.label('addresses');
}

/** inet_sk_diag_fill, net/ipv4/inet_diag.c. r3: kind, r4: retransmits, r5: when it fires. */
function writeTimer(w: ProgramWriter, clock: ClockRate): void {
  w.read('r1', 'r8', 'tcp.pending').jumpIf('r1', '==', ICSK_TIME_PROBE0, 'persist');
  for (const pending of [ICSK_TIME_RETRANS, ICSK_TIME_REO_TIMEOUT, ICSK_TIME_LOSS_PROBE]) {
    w.jumpIf('r1', '==', pending, 'retransmit');
  }
  w.move('r3', TIMER.none).move('r4', 0).move('r5', 0);
  w.read('r1', 'r8', 'tcp.keepalive_pending').jumpIf('r1', '==', 0, 'timer');
  w.move('r3', TIMER.keepalive)
    .read('r4', 'r8', 'tcp.probes')
    .read('r5', 'r8', 'tcp.keepalive_expires')
    .jump('pending');
  w.label('persist').move('r3', TIMER.persist).read('r4', 'r8', 'tcp.probes').jump('timeout');
  w.label('retransmit').move('r3', TIMER.retransmit).read('r4', 'r8', 'tcp.retransmits').label('timeout');
  w.read('r5', 'r8', 'tcp.timeout');
  w.label('pending').load(8, 'r1', 'r10', JIFFIES).compute('r5', 'subtract', 'r1');
  // Overdue: jiffies_delta_to_msecs answers 0.
  w.jumpIf('r5', 'signed >', 0, 'due').move('r5', 0).label('due').toMilliseconds('r5', clock);
  w.label('timer')
    .store(1, 'r10', RECORD + AT.timer, 'r3')
    .store(1, 'r10', RECORD + AT.retransmits, 'r4');
  w.store(4, 'r10', RECORD + AT.expires, 'r5');
}

/** tcp_diag_get_info, net/ipv4/tcp_diag.c. */
function writeQueues(w: ProgramWriter): void {
  w.read('r1', 'r8', 'tcp.received_to').read('r2', 'r8', 'tcp.read_to').compute32('r1', 'subtract', 'r2');
  w.jumpIf('r1', '>', MOST_INT, 'nothing unread').jump('unread').label('nothing unread').move('r1', 0);
  w.label('unread').store(4, 'r10', RECORD + AT.rxQueue, 'r1');
  w.read('r1', 'r8', 'tcp.written_to').read('r2', 'r8', 'tcp.acked_to').compute32('r1', 'subtract', 'r2');
  w.store(4, 'r10', RECORD + AT.txQueue, 'r1');
}

const CLOCKS = [
  ['tcp.data_sent', AT.lastDataSent],
  ['tcp.data_received', AT.lastDataReceived],
  ['tcp.ack_received', AT.lastAckReceived],
] as const satisfies readonly (readonly [FieldName, number])[];

/** tcp_get_info, net/ipv4/tcp.c. */
function writeInfo(w: ProgramWriter, clock: ClockRate): void {
  w.copy('r8', 'tcp.probes', 1, RECORD + AT.probes).copy('r8', 'tcp.backoff', 1, RECORD + AT.backoff);
  w.read('r1', 'r8', 'tcp.round_trip')
    .compute('r1', 'shiftRight', 3)
    .store(4, 'r10', RECORD + AT.roundTripTime, 'r1');
  for (const [name, at] of CLOCKS) {
    w.load(8, 'r1', 'r10', JIFFIES).read('r2', 'r8', name).compute32('r1', 'subtract', 'r2');
    w.toMilliseconds('r1', clock).store(4, 'r10', RECORD + at, 'r1');
  }
  w.copy('r8', 'tcp.bytes_acked', 8, RECORD + AT.bytesAcked);
  w.copy('r8', 'tcp.bytes_received', 8, RECORD + AT.bytesReceived).copy(
    'r8',
    'tcp.bytes_sent',
    8,
    RECORD + AT.bytesSent,
  );
}

/** A listener's queues are of connections, and tcp_get_info leaves its counters at 0. */
function writeListener(w: ProgramWriter): void {
  w.copy('r9', 'sock.waiting', 4, RECORD + AT.rxQueue).copy('r9', 'sock.backlog', 4, RECORD + AT.txQueue);
  w.store(1, 'r10', RECORD + AT.probes, 0).store(1, 'r10', RECORD + AT.backoff, 0);
  w.store(4, 'r10', RECORD + AT.roundTripTime, 0);
  for (const [, at] of CLOCKS) w.store(4, 'r10', RECORD + at, 0);
  for (const at of [AT.bytesAcked, AT.bytesReceived, AT.bytesSent]) w.store(8, 'r10', RECORD + at, 0);
}
