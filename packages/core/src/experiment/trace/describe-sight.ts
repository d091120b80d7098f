import { formatDuration, safeText } from '../../report/index.ts';
import type { TraceDocument } from './trace-document.ts';

/** What the pictures are made of, how exact that is, what was lost and what was not seen: a sentence each. */
export function describeSight({ kernel, precision, losses, notSeen }: TraceDocument): readonly string[] {
  const { states, longestBetweenLooksMs, clockWithinMs } = precision;
  const exact = `tracepoints (times within ${formatMicroseconds(clockWithinMs)} of those of the segments)`;
  const looks = `looks at all sockets at most ${formatDuration(Math.ceil(longestBetweenLooksMs))} apart: they may be earlier by that`;
  return [
    `Measured on Linux ${safeText(kernel)}. Segments: a packet socket. States: ${states === 'tracepoint' ? exact : looks}.`,
    ...losses.map((loss) => `Lost: ${safeText(loss)}.`),
    ...notSeen.map(
      ({ what, why, hint }) =>
        `Not seen: ${safeText(what)} (${safeText(why)}${hint === null ? '' : `; ${safeText(hint)}`}).`,
    ),
  ];
}

function formatMicroseconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms * 1000))} µs`;
}
