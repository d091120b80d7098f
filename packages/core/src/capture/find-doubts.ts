import type { CapturedConnection } from './captured-connection.ts';
import type { CaptureTrust, DoubtId, OwedFin } from './verdict.ts';

/** What speaks against a verdict, and what only weakens it. */
export interface Doubts {
  readonly forbidding: readonly DoubtId[];
  readonly weakening: readonly DoubtId[];
}

/** Why one cannot say, or not surely, that an end owes its FIN. */
export function findDoubts({ end, closer, ageMs }: OwedFin, { ends }: CapturedConnection, trust: CaptureTrust): Doubts {
  const forbidding: DoubtId[] = [];
  if (ageMs < trust.minAgeMs) forbidding.push('too-young');
  if (end.segments === 0) forbidding.push('one-direction');
  // Its FIN may have gone before the capture began: then both have closed.
  else if (!end.isFollowed) forbidding.push('started-late');
  // A filter for control bits leaves out data and acknowledgments, not FINs.
  if (end.mayHideFin && !trust.isControlOnly) forbidding.push('fin-may-be-missing');

  const weakening: DoubtId[] = [];
  if (trust.isControlOnly) weakening.push('control-only');
  if (closer.fin?.acknowledgedMs === null) weakening.push('fin-not-acknowledged');
  if (!trust.isControlOnly && ends.some(({ stream }) => (stream?.missingOctets ?? 0) > 0))
    weakening.push('octets-missing');
  if (ends.some(({ hasFragments }) => hasFragments)) weakening.push('fragments');
  if (!trust.isControlOnly && trust.gappedConnections > 0) weakening.push('others-missing');
  if ((trust.dropped ?? 0) > 0) weakening.push('capture-dropped');
  if (trust.disorderMs > 0 && trust.disorderMs >= trust.minAgeMs) weakening.push('timestamps-run-back');
  weakening.push('no-later-proof');
  return { forbidding, weakening };
}
