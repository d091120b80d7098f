import {
  decodeNetlinkError,
  describeProblem,
  encodeInetDiagDump,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import { type DumpRequest, known, type Reading, type Unknown, unknown } from '@closewait/core/facts';
import { errnoName, type SystemFailure, type SystemResult } from '../../ffi/index.ts';
import { refusal } from './refusal.ts';

/** The two calls of a netlink socket that a dump needs. */
export interface DumpTransport extends Disposable {
  send(message: Uint8Array): SystemResult<number>;
  receive(): SystemResult<{ readonly datagram: Uint8Array; readonly truncated: boolean }>;
}

/** A table that changes under every dump would be dumped for ever. */
const MOST_ATTEMPTS = 5;

type Attempt = Reading<readonly Uint8Array[]> | 'again';

/**
 * Runs one sock_diag dump to its end. An interrupted dump (NLM_F_DUMP_INTR: the table changed, entries may be missing
 * or double) and an overrun buffer (ENOBUFS) are asked anew on a fresh socket, five times at most.
 */
export function runDump(open: () => SystemResult<DumpTransport>, request: DumpRequest): Reading<readonly Uint8Array[]> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const opened = open();
    if (!opened.ok) return refusedToOpen(opened);
    using transport = opened.value;
    const outcome = attemptDump(transport, request, attempt);
    if (outcome !== 'again') return outcome;
  }
  return unknown(
    'garbled',
    `sock_diag dump: interrupted ${MOST_ATTEMPTS} times in a row`,
    'look again when the host is calmer',
  );
}

function refusedToOpen(failure: SystemFailure): Unknown {
  return failure.op === 'socket'
    ? refusal(failure, 'NETLINK_SOCK_DIAG', 'allow netlink sockets: a seccomp filter or a security module forbids them')
    : refusal(failure, 'network namespace', 'run as root, or with CAP_SYS_ADMIN');
}

function attemptDump(transport: DumpTransport, request: DumpRequest, sequence: number): Attempt {
  const sent = transport.send(encodeInetDiagDump(request, sequence));
  if (!sent.ok) return refusal(sent, 'sock_diag dump');
  const datagrams: Uint8Array[] = [];
  for (;;) {
    const received = transport.receive();
    if (!received.ok) {
      if (received.errno === 'EINTR') continue;
      return received.errno === 'ENOBUFS' ? 'again' : refusal(received, 'sock_diag dump');
    }
    const { datagram, truncated } = received.value;
    if (truncated) return unknown('garbled', 'recv sock_diag dump: a datagram longer than 64 KiB');
    const step = readDatagram(datagram, sequence);
    if (step === 'again') return 'again';
    if (step !== 'more' && step !== 'done') return step;
    datagrams.push(datagram);
    if (step === 'done') return known(datagrams);
  }
}

function readDatagram(datagram: Uint8Array, sequence: number): 'more' | 'done' | 'again' | Unknown {
  const split = splitNetlinkMessages(datagram);
  if (!split.ok) return unknown('garbled', `sock_diag dump: ${describeProblem(split.problem)}`);
  for (const message of split.value) {
    if (message.sequence !== sequence) continue;
    if ((message.flags & NLM_F_DUMP_INTR) !== 0) return 'again';
    if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR) {
      const answer = decodeNetlinkError(message);
      if (!answer.ok) return unknown('garbled', `sock_diag dump: ${describeProblem(answer.problem)}`);
      if (answer.value.errno === 0) return 'done';
      return kernelRefusal(answer.value.errno, answer.value.text);
    }
  }
  return 'more';
}

function kernelRefusal(errno: number, text: string | null): Unknown {
  const op = text === null ? 'sock_diag dump' : `sock_diag dump (${text})`;
  const failure = { ok: false, op, errno: errnoName(errno) } as const;
  // ENOENT here: no handler for the family or protocol, the module inet_diag or tcp_diag is not there.
  if (failure.errno === 'ENOENT') {
    return unknown('unsupported', `${op}: ENOENT`, 'modprobe tcp_diag, or a kernel with CONFIG_INET_TCP_DIAG');
  }
  return refusal(failure, 'of TCP sockets');
}
