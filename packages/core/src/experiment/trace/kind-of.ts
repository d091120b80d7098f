import type { Observation } from '../../facts/index.ts';
import type { TraceConnection, TraceSide } from './trace-document.ts';

/** Equal for connections to which the same happened: who had them, how they ended, what is owed, which calls were made. */
export function kindOf(
  { client, server, events }: Pick<TraceConnection, 'client' | 'server' | 'events'>,
  { programs }: Observation,
): string {
  const role = ({ pid }: TraceSide): string => programs.find((program) => program.pid === pid)?.role ?? 'other';
  const sides = [client, server].map((side) => [
    role(side),
    side.state,
    side.atEnd.map(({ call, does }) => call ?? does),
  ]);
  const missing = events.flatMap((event) => (event.kind === 'missing' ? [`${event.end} ${event.what}`] : []));
  const calls = new Set(
    events.flatMap((event) => {
      // How often a loop has polled is chance.
      if (event.kind !== 'call') return [];
      const outcome = event.returnedAt === null ? 'stays' : event.result === 0 ? 'zero' : (event.error ?? 'some');
      return [`${event.end} ${event.call} ${outcome}`];
    }),
  );
  return JSON.stringify([server.port, sides, missing, [...calls].sort()]);
}
