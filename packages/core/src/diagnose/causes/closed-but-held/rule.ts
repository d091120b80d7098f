import type { ClosedSocket, ProcessFacts } from '../../../facts/index.ts';
import { descriptorEvidence } from '../../descriptor-pressure.ts';
import type { Evidence, MissingEvidence } from '../../finding.ts';
import type { Verdict } from '../../rule.ts';

/** Judges the closed sockets of one process; sock_diag no longer lists them, so they are in no group. */
export function judgeClosedButHeld(closed: readonly ClosedSocket[], process: ProcessFacts | null): Verdict {
  const proven = closed.filter(({ info }) => info.known).length;
  const count = closed.length;
  const title =
    count === 1
      ? 'One connection is closed in the kernel, its descriptor is still open; no list of connections shows it.'
      : `${count} connections are closed in the kernel, their descriptors are still open; no list of connections shows them.`;
  return {
    // Without tcp_info a socket that was never connected looks the same.
    confidence: proven === count ? 'certain' : 'possible',
    title,
    evidence: [
      { id: 'not-in-sock-diag', says: 'the descriptors are TCP sockets that sock_diag does not list', value: count },
      ...stateEvidence(proven),
      ...descriptorEvidence(process),
    ],
    against: [],
    missing: infoMissing(closed, count - proven),
  };
}

function stateEvidence(proven: number): readonly Evidence[] {
  if (proven === 0) return [];
  const says = `${proven} of them report state CLOSED after a connection (TCP_INFO)`;
  return [{ id: 'state-closed', says, value: proven }];
}

function infoMissing(closed: readonly ClosedSocket[], unproven: number): readonly MissingEvidence[] {
  const [first] = closed.flatMap(({ info }) => (info.known ? [] : [info]));
  if (first === undefined) return [];
  const why = `${unproven} sockets could not be asked whether they were ever connected (${first.detail})`;
  return [{ id: 'tcp-info', why, hint: first.hint ?? null }];
}
