import type { Finding, StuckConnection } from '../diagnose/index.ts';
import { type ClosedSocket, type ConnectionIdentity, type Facts, type OwnerIdentity, valueOr } from '../facts/index.ts';
import { identify } from './pair-relay-legs.ts';
import type { Subject } from './way.ts';

/** A connection of a finding, with what is compared once more at the moment of acting; `leg` is the other side of its relay. */
export function subjectOfConnection(
  facts: Pick<Facts, 'processes'>,
  finding: Finding,
  { socket, holders, age }: StuckConnection,
  leg: ConnectionIdentity | null,
): Subject {
  const { rxQueueBytes, txQueueBytes, timer } = socket;
  const pids = new Set([...holders, ...(leg?.holders ?? [])].map(({ pid }) => pid));
  return {
    finding,
    target: identify(socket, holders),
    seen: {
      rxQueueBytes,
      txQueueBytes,
      timer: { kind: timer.kind, expiresMs: timer.expiresMs, retransmits: timer.retransmits },
      ageMs: age.ms,
      bytesAcked: socket.info.known ? socket.info.value.bytesAcked : null,
    },
    owners: identifyOwners(facts, pids.size > 0 ? [...pids] : finding.process === null ? [] : [finding.process.pid]),
  };
}

/** A socket of a finding that the kernel has closed. */
export function subjectOfClosed(facts: Pick<Facts, 'processes'>, finding: Finding, closed: ClosedSocket): Subject {
  const pids = [...new Set(closed.holders.map(({ pid }) => pid))];
  const target = { inode: closed.inode, holders: closed.holders };
  return { finding, target, seen: null, owners: identifyOwners(facts, pids) };
}

/** Where the start of one of them is not known, none is named: what needs them is then refused. */
function identifyOwners(facts: Pick<Facts, 'processes'>, pids: readonly number[]): readonly OwnerIdentity[] {
  const owners = pids.flatMap((pid) => {
    const process = facts.processes.get(pid);
    const startedAtMs = process === undefined ? null : valueOr(process.startedAtMs, null);
    return startedAtMs === null ? [] : [{ pid, startedAtMs }];
  });
  return owners.length === pids.length ? owners : [];
}
