import type { Finding, StuckConnection } from '../diagnose/index.ts';
import type { Candidate } from './policy.ts';
import type { PolicyState } from './policy-state.ts';

/** The connections of findings, the longest stuck first: where limits do not allow for all, these go first. */
export function collectCandidates(
  findings: readonly Finding[],
  { sightings }: PolicyState,
  steadyMs: number,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const finding of findings) {
    for (const { socket, holders, age } of finding.connections) {
      const before = sightings.get(socket.cookie) ?? null;
      const ageMs = ageOf(age, before === null ? null : steadyMs - before.quietSinceMs);
      candidates.push({ finding, connection: { socket, holders, age }, ageMs, before });
    }
  }
  return candidates.sort(compare);
}

/**
 * Each answer to a keepalive probe makes the kernel's age start anew (docs/evidence.md), so the connections of some runtimes
 * would never be old enough; since when they have been seen is a lower bound as well. Data makes both start anew: who sends an
 * event a minute to a half-closed peer never gets older than that.
 */
function ageOf({ ms }: StuckConnection['age'], sinceSeenMs: number | null): number | null {
  if (ms === null) return sinceSeenMs;
  return sinceSeenMs === null ? ms : Math.max(ms, sinceSeenMs);
}

function compare(a: Candidate, b: Candidate): number {
  const ages = (b.ageMs ?? -1) - (a.ageMs ?? -1);
  if (ages !== 0) return ages;
  const [one, other] = [a.connection.socket.cookie, b.connection.socket.cookie];
  if (one !== other) return one < other ? -1 : 1;
  return a.finding.id < b.finding.id ? -1 : 1;
}
