import type { CellSegment } from '@closewait/core/experiment';
import type { SentSegment } from './trace-states.ts';

/** More than these are one line that says how many. */
const MOST_LINES = 16;

/** How far `sequence` is behind `other`, in sequence space (RFC 9293 section 3.4). */
function behind(sequence: number, other: number): number {
  return (other - sequence) | 0;
}

/** Segments as lines: equal ones in a row, or in turns with their answers, are counted. */
export function describeSegments(segments: readonly SentSegment[], zeroMs: number): readonly CellSegment[] {
  const lines: { atMs: number; by: 'own' | 'peer'; says: string; count: number }[] = [];
  const sentUpTo: { own: number | null; peer: number | null } = { own: null, peer: null };
  for (const sent of segments) {
    const says = describe(sent, sentUpTo);
    const same = lines.slice(-2).findLast((line) => line.by === sent.by && line.says === says);
    if (same === undefined) lines.push({ atMs: Math.max(0, sent.atMs - zeroMs), by: sent.by, says, count: 1 });
    else same.count += 1;
  }
  if (lines.length <= MOST_LINES) return lines;
  const rest = lines.slice(MOST_LINES - 1);
  const [first] = rest;
  if (first === undefined) return lines;
  const count = rest.reduce((sum, line) => sum + line.count, 0);
  return [...lines.slice(0, MOST_LINES - 1), { ...first, says: 'more of both ends', count }];
}

function describe({ by, segment }: SentSegment, sentUpTo: { own: number | null; peer: number | null }): string {
  const { flags, payloadBytes, sequence, window } = segment;
  const control = flags.includes('SYN') || flags.includes('FIN') ? 1 : 0;
  const end = (sequence + payloadBytes + control) >>> 0;
  const known = sentUpTo[by];
  const isOld = known !== null && behind(sequence, known) > 0;
  if (known === null || behind(known, end) > 0) sentUpTo[by] = end;
  // What the other end acknowledges was sent, also before anybody watched.
  if (flags.includes('ACK')) {
    const other = by === 'own' ? 'peer' : 'own';
    const highest = sentUpTo[other];
    if (highest === null || behind(highest, segment.acknowledgment) > 0) sentUpTo[other] = segment.acknowledgment;
  }
  const names = flags.join(',') || 'no flag';
  // tcp_xmit_probe_skb (net/ipv4/tcp_output.c): one byte before what is next, without data.
  if (isOld && payloadBytes === 0 && control === 0 && names === 'ACK') return 'probe';
  const size = payloadBytes === 0 ? '' : ` ${payloadBytes} bytes`;
  const again = isOld && payloadBytes + control > 0 ? ' again' : '';
  const shut = window === 0 && !flags.includes('RST') ? ' window 0' : '';
  return `${names}${size}${shut}${again}`;
}
