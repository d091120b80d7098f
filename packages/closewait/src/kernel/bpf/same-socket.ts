import type { SocketFacts, TcpInfo } from '@closewait/core/facts';

/** Times go on between two answers, and a timer fires and is set anew. */
const CLOCKS = [
  'lastDataSentMs',
  'lastDataReceivedMs',
  'lastAckReceivedMs',
] as const satisfies readonly (keyof TcpInfo)[];
/** TCP_RTO_MIN, net/tcp.h: how soon a timer fires again. */
const SOONEST_MS = 200;
/** They go on with a timer that fires between two answers. */
const TRIES = ['probes', 'backoff'] as const satisfies readonly (keyof TcpInfo)[];
const COUNTERS = [
  'state',
  'roundTripTimeUs',
  'bytesAcked',
  'bytesReceived',
] as const satisfies readonly (keyof TcpInfo)[];

/**
 * What two answers about one socket say differently, as `what: here, there`; null where they agree. Clocks may differ by
 * `toleranceMs`. Socket memory is not compared: a listing of held sockets does not tell it.
 */
export function differenceOf(here: SocketFacts, there: SocketFacts, toleranceMs: number): string | null {
  const [left, right] = [identityOf(here), identityOf(there)];
  for (const [what, value] of Object.entries(left)) {
    if (value !== right[what]) return `${what}: ${value}, ${right[what]}`;
  }
  const { timer } = here;
  const again = Math.abs(timer.retransmits - there.timer.retransmits);
  if (again > toleranceMs / SOONEST_MS) return `retransmits: ${timer.retransmits}, ${there.timer.retransmits}`;
  if (timer.kind !== 'none' && Math.abs(timer.expiresMs - there.timer.expiresMs) > toleranceMs) {
    return `timer.expiresMs: ${timer.expiresMs}, ${there.timer.expiresMs}`;
  }
  if (!here.info.known || !there.info.known) return null;
  const [info, other] = [here.info.value, there.info.value];
  // What is sent again counts as sent.
  if (again === 0 && info.bytesSent !== other.bytesSent) return `bytesSent: ${info.bytesSent}, ${other.bytesSent}`;
  return infoDifference(info, other, toleranceMs);
}

function identityOf(socket: SocketFacts): Readonly<Record<string, string>> {
  const { state, family, local, remote, netns, uid, inode, cookie, rxQueueBytes, txQueueBytes, timer } = socket;
  return {
    state,
    family,
    local: `${local.address} ${local.port}`,
    remote: `${remote.address} ${remote.port}`,
    netns: `${netns}`,
    uid: `${uid}`,
    inode: `${inode}`,
    cookie: `${cookie}`,
    rxQueueBytes: `${rxQueueBytes}`,
    txQueueBytes: `${txQueueBytes}`,
    timer: timer.kind,
  };
}

function infoDifference(here: TcpInfo, there: TcpInfo, toleranceMs: number): string | null {
  for (const what of COUNTERS) if (here[what] !== there[what]) return `${what}: ${here[what]}, ${there[what]}`;
  for (const what of TRIES) {
    if (Math.abs(here[what] - there[what]) > toleranceMs / SOONEST_MS) return `${what}: ${here[what]}, ${there[what]}`;
  }
  for (const what of CLOCKS) {
    // A listener has no clocks, and before the first segment a clock has run since boot.
    if (Math.abs(here[what] - there[what]) > toleranceMs) return `${what}: ${here[what]}, ${there[what]}`;
  }
  return null;
}
