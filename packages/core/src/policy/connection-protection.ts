import { type Facts, unmapAddress, valueOr } from '../facts/index.ts';
import type { Protection } from './plan.ts';
import { type Candidate, LEAST_AGE_MS, type ProtectList } from './policy.ts';
import type { Counters } from './policy-state.ts';

/**
 * INET_DIAG_NOCOOKIE (linux/inet_diag.h), both halves: sock_diag_check_cookie() of net/core/sock_diag.c takes it for "any
 * socket", so an action with it would not compare anything. 0 is a socket whose cookie nobody has made yet.
 */
const NO_COOKIES: readonly bigint[] = [0n, 0xffff_ffff_ffff_ffffn];

/** Why a connection is not touched, whoever has it; null where nothing speaks against it. */
export function connectionProtection(candidate: Candidate, counters: Counters, facts: Facts): Protection | null {
  const { connection, ageMs } = candidate;
  const { cookie } = connection.socket;
  if (NO_COOKIES.includes(cookie)) {
    return { id: 'identity-unsure', why: 'the kernel gave no cookie by which it could be recognized' };
  }
  const inUse = useProtection(candidate, counters, facts);
  if (inUse !== null) return inUse;
  if (ageMs === null) return { id: 'age-unknown', why: 'nobody knows for how long it has been in CLOSE-WAIT' };
  if (ageMs < LEAST_AGE_MS) return { id: 'too-young', why: 'no policy acts in the first 10 s of CLOSE-WAIT' };
  return null;
}

/**
 * CLOSE-WAIT is legal while this side still sends (RFC 9293 3.6). A finding has one cause: in a stopped process, say, another
 * one is surer than the half-close, so what moved is asked of each connection, and an alternative of whatever confidence is
 * enough. Leaving a stuck connection alone for longer costs a descriptor for longer, ending one in use costs data.
 */
function useProtection(
  { finding, connection, before }: Candidate,
  counters: Counters,
  facts: Facts,
): Protection | null {
  const id = 'half-close-in-use';
  const { closeLook } = facts;
  if (finding.cause === id) return { id, why: 'it is half-closed by its peer and in use' };
  if (finding.alternatives.some(({ cause }) => cause === id)) {
    return { id, why: 'it may be half-closed by its peer and in use' };
  }
  if (closeLook?.moved.has(connection.socket.cookie) === true) return { id, why: 'bytes moved while it was watched' };
  // Nobody can send on what was not accepted yet.
  if (connection.socket.inode === 0) return null;
  if (!connection.socket.info.known) return { id, why: 'the kernel does not tell whether bytes move' };
  if (before !== null) {
    return haveMoved(before.counters, counters)
      ? { id, why: 'bytes were read, written or acknowledged since the last look' }
      : null;
  }
  if ((closeLook?.windowMs ?? null) !== null) return null;
  return { id, why: 'one look cannot tell whether it is in use' };
}

/**
 * Whether the program has done something between two looks. Of the queue to the peer only growth tells: what shrinks was
 * acknowledged. bytes_sent does not tell, it counts what is sent again.
 */
export function haveMoved(before: Counters, now: Counters): boolean {
  return (
    before.bytesAcked !== now.bytesAcked ||
    before.rxQueueBytes !== now.rxQueueBytes ||
    now.txQueueBytes > before.txQueueBytes
  );
}

/** The counters of a connection now. */
export function countersOf({ connection: { socket } }: Candidate): Counters {
  const info = valueOr(socket.info, null);
  return {
    bytesAcked: info === null ? -1 : info.bytesAcked,
    rxQueueBytes: socket.rxQueueBytes,
    txQueueBytes: socket.txQueueBytes,
  };
}

/** Protects by the ports that a policy lists, of either end. */
export function portProtection({ connection: { socket } }: Candidate, { ports }: ProtectList): Protection | null {
  if (ports.length === 0) return null;
  const { local, remote } = socket;
  if (ports.includes(local.port)) return { id: 'listed-port', why: `port ${local.port} is protected` };
  if (!ports.includes(remote.port)) return null;
  return { id: 'listed-port', why: `port ${remote.port} of ${unmapAddress(remote.address)} is protected` };
}
