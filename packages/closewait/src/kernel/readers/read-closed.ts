import { decodeTcpInfo, describeProblem } from '@closewait/core/codec';
import {
  type ClosedSocket,
  type Holder,
  type KernelSource,
  known,
  type Reading,
  type TcpInfo,
  type Unknown,
  unknown,
} from '@closewait/core/facts';
import type { LookLog } from './look-log.ts';

/** Sockets that the kernel has closed and a process still holds. */
export interface ClosedList {
  readonly closed: readonly ClosedSocket[];
  readonly problem?: Unknown;
}

/** A copy, a question and a close for each: 12 µs. More than this are counted as not asked. */
const MOST_ASKED = 50_000;

/**
 * Finds the TCP sockets among descriptors whose inode sock_diag does not list: a closed socket is in no table of the
 * kernel, only its descriptor is left. One that was never connected looks alike; tcp_info tells them apart.
 */
export function readClosed(
  source: KernelSource,
  candidates: ReadonlyMap<number, readonly Holder[]>,
  log: LookLog,
): ClosedList {
  const closed: ClosedSocket[] = [];
  let asked = 0;
  for (const [inode, holders] of candidates) {
    const [holder] = holders;
    if (holder === undefined) continue;
    const protocol = source.readSocketProtocol(holder);
    if (!protocol.known || (protocol.value !== 'TCP' && protocol.value !== 'TCPv6')) continue;
    if (++asked > MOST_ASKED) continue;
    const info = readInfo(source, holder, inode);
    if (isClosedAfterUse(info)) closed.push({ inode, holders, protocol: protocol.value, info });
  }
  if (asked > MOST_ASKED) {
    log.missed(`${asked - MOST_ASKED} TCP sockets outside of sock_diag`, unknown('not-asked', `only ${MOST_ASKED} a look`));
  }
  return { closed };
}

function readInfo(source: KernelSource, holder: Holder, inode: number): Reading<TcpInfo> {
  const bytes = source.readTcpInfo(holder, inode);
  if (!bytes.known) return bytes;
  const info = decodeTcpInfo(bytes.value);
  return info.ok ? known(info.value) : unknown('garbled', describeProblem(info.problem));
}

/**
 * A socket without a measured round trip and without a byte was never connected (or refused in its handshake). One
 * that cannot be asked stays a candidate.
 */
function isClosedAfterUse(info: Reading<TcpInfo>): boolean {
  if (!info.known) return info.why !== 'gone';
  const { state, bytesAcked, bytesReceived, roundTripTimeUs } = info.value;
  return state === 'CLOSED' && (bytesAcked > 0n || bytesReceived > 0n || roundTripTimeUs > 0);
}
