import { formatCountOf } from '../../report/index.ts';
import type { TraceConnection, TraceEvent, TraceSegment } from './trace-document.ts';

/** `SYN`, `24 bytes`, `24 bytes and FIN`, `ACK of the FIN`, `ACK 25, window 0`. */
export function describeSegment(segment: TraceSegment, { events }: TraceConnection): string {
  const { from, flags, payloadBytes, acknowledgment, window } = segment;
  const words: string[] = flags.filter((flag) => flag === 'SYN' || flag === 'FIN' || flag === 'RST');
  if (payloadBytes > 0) words.unshift(formatCountOf(payloadBytes, 'byte'));
  if (isProbe(segment, events)) return 'window probe';
  const full = window === 0 && !flags.includes('RST') ? ', window 0' : '';
  if (words.length > 0)
    return `${words.join(' and ')}${flags.includes('SYN') && flags.includes('ACK') ? ', ACK' : ''}${full}`;
  const fin = events.find((event) => event.kind === 'segment' && event.from !== from && event.flags.includes('FIN'));
  const ofFin =
    fin?.kind === 'segment' && acknowledgment === fin.sequence + fin.payloadBytes + 1 ? ' of the FIN' : null;
  return `ACK${ofFin ?? (acknowledgment === null ? '' : ` ${acknowledgment}`)}${full}`;
}

/** Without data and below what was sent already: it asks whether the window has opened (tcp_xmit_probe_skb). */
function isProbe({ at, from, flags, payloadBytes, sequence }: TraceSegment, events: readonly TraceEvent[]): boolean {
  if (payloadBytes > 0 || flags.length !== 1 || flags[0] !== 'ACK') return false;
  return events.some(
    (event) =>
      event.kind === 'segment' &&
      event.from === from &&
      event.at < at &&
      event.sequence + event.payloadBytes > sequence,
  );
}
