import { setTimeout } from 'node:timers/promises';
import { type TcpState, toLinuxState } from '@closewait/core/tcp';
import {
  AF_INET,
  acceptIpv4,
  bindIpv4,
  closeDescriptor,
  connectIpv4,
  createEpoll,
  listenOn,
  localIpv4,
  openSocket,
  resetOnClose,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  type SystemResult,
  shutdownSending,
  tcpStateNumber,
  writeFrom,
} from '../../ffi/index.ts';

/** Descriptors of this process of which everything is known. */
export interface Sample {
  readonly listener: number;
  /** FIN-WAIT-2, and CLOSE-WAIT with bytes unread: the two ends of one connection over loopback. */
  readonly closing: number;
  readonly stuck: number;
  /** A socket that never was connected. */
  readonly unconnected: number;
  readonly epoll: number;
  readonly listenerPort: number;
  readonly closingPort: number;
}

const SAMPLE_BYTES = Buffer.from('closewait');
const MOST_WAIT_MS = 1000;

/** Runs `work` with a sample, and takes it away without a trace: its connection is reset, so nothing stays in TIME-WAIT. */
export async function withSample<T>(work: (sample: Sample) => Promise<T>): Promise<SystemResult<T>> {
  const open: number[] = [];
  try {
    const sample = makeSample(open);
    if (!sample.ok) return sample;
    const { stuck, closing } = sample.value;
    for (const fd of [stuck, closing]) resetOnClose(fd);
    await untilIn(stuck, 'CLOSE-WAIT');
    // The FIN may be acknowledged 40 ms late (delayed ACK).
    await untilIn(closing, 'FIN-WAIT-2');
    return { ok: true, value: await work(sample.value) };
  } finally {
    for (const fd of open) closeDescriptor(fd);
  }
}

function makeSample(open: number[]): SystemResult<Sample> {
  const keep = (made: SystemResult<number>): number => {
    const fd = need(made);
    open.push(fd);
    return fd;
  };
  const socket = (): number => keep(openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  try {
    const listener = socket();
    need(bindIpv4(listener, { address: '127.0.0.1', port: 0 }));
    need(listenOn(listener, 1));
    const address = need(localIpv4(listener));
    const closing = socket();
    need(connectIpv4(closing, address));
    const { fd: stuck, peer } = need(acceptIpv4(listener));
    open.push(stuck);
    need(writeFrom(closing, SAMPLE_BYTES));
    need(shutdownSending(closing));
    const [unconnected, epoll] = [socket(), keep(createEpoll())];
    const ports = { listenerPort: address.port, closingPort: peer.port };
    return { ok: true, value: { listener, closing, stuck, unconnected, epoll, ...ports } };
  } catch (refused) {
    if (refused instanceof Refused) return refused.failure;
    throw refused;
  }
}

/** So that a dozen calls in a row read as such. */
class Refused extends Error {
  readonly failure: Extract<SystemResult<never>, { ok: false }>;

  constructor(failure: Extract<SystemResult<never>, { ok: false }>) {
    super(failure.errno);
    this.failure = failure;
  }
}

function need<T>(result: SystemResult<T>): T {
  if (result.ok) return result.value;
  throw new Refused(result);
}

/** Waits for a state, but not for ever: the comparison says what is wrong then. */
async function untilIn(fd: number, wanted: TcpState): Promise<void> {
  const deadline = performance.now() + MOST_WAIT_MS;
  for (;;) {
    const state = tcpStateNumber(fd);
    if (!state.ok || state.value === toLinuxState(wanted) || performance.now() > deadline) return;
    await setTimeout(1);
  }
}
