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
import { readNetwork } from './read-network.ts';

/** Sockets that the kernel has closed and a process still holds. */
export interface ClosedList {
  readonly closed: readonly ClosedSocket[];
  readonly problem?: Unknown;
}

/** A copy, a question and a close for each: 20 µs, so a second for all. More than this are counted as not asked. */
const MOST_ASKED = 50_000;

/**
 * Finds, in the network namespaces `listed`, the TCP sockets among descriptors whose inode sock_diag does not list: a closed socket is in no table of the
 * kernel, only its descriptor is left. One that was never connected looks alike; tcp_info tells them apart.
 */
export function readClosed(
  source: KernelSource,
  candidates: ReadonlyMap<number, readonly Holder[]>,
  listed: ReadonlySet<number>,
  log: LookLog,
): ClosedList {
  const closed: ClosedSocket[] = [];
  const livesInListed = new Map<number, boolean>();
  let asked = 0;
  for (const [inode, holders] of candidates) {
    const [holder] = holders;
    if (holder === undefined) continue;
    let lives = livesInListed.get(holder.pid);
    if (lives === undefined) {
      lives = isInNamespace(source, holder.pid, listed);
      livesInListed.set(holder.pid, lives);
    }
    if (!lives) continue;
    const protocol = source.readSocketProtocol(holder);
    if (!protocol.known || (protocol.value !== 'TCP' && protocol.value !== 'TCPv6')) continue;
    if (++asked > MOST_ASKED) continue;
    const info = readInfo(source, holder, inode);
    if (isClosedAfterUse(info)) closed.push({ inode, holders, protocol: protocol.value, info });
  }
  if (asked > MOST_ASKED) {
    const what = `whether ${asked - MOST_ASKED} sockets that sock_diag does not list are closed connections`;
    log.missed(what, unknown('not-asked', `a look asks ${MOST_ASKED} at most`));
  }
  return { closed };
}

/** Sockets of a namespace that was not looked at are in no list either, and mean nothing. */
function isInNamespace(source: KernelSource, pid: number, listed: ReadonlySet<number>): boolean {
  const { inode } = readNetwork(source, pid);
  return inode.known && listed.has(inode.value);
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
export function isClosedAfterUse(info: Reading<TcpInfo>): boolean {
  if (!info.known) return info.why !== 'gone';
  const { state, bytesAcked, bytesReceived, roundTripTimeUs } = info.value;
  return state === 'CLOSED' && (bytesAcked > 0 || bytesReceived > 0 || roundTripTimeUs > 0);
}
