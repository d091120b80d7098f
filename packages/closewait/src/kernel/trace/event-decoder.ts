import { type Decoded, describeProblem, type TraceEventDecoder, type TraceFormat } from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';
import type { TraceSession } from './trace-session.ts';

/** The decoder of one event of a session, for its layout on this kernel. */
export function eventDecoder<E>(
  session: TraceSession,
  event: string,
  make: (format: TraceFormat) => Decoded<TraceEventDecoder<E>>,
): Reading<TraceEventDecoder<E>> {
  const format = session.formats.get(event);
  if (format === undefined) return unknown('not-asked', `trace event ${event} is not recorded`);
  const decoder = make(format);
  return decoder.ok ? known(decoder.value) : unknown('unsupported', describeProblem(decoder.problem));
}
