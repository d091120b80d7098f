import { formatCount, formatCountOf, formatDuration } from '../report/index.ts';
import type { CaptureFindings } from './capture-analysis.ts';
import type { CaptureNote } from './capture-document.ts';

/** What limits the whole capture, the worst first. */
export function buildCaptureNotes(findings: CaptureFindings, damage: string | null): readonly CaptureNote[] {
  const { counts, trust, forgotten, endIs } = findings;
  const { unread } = counts;
  const notes: readonly (CaptureNote | false)[] = [
    damage !== null && { id: 'damaged', says: `The file could not be read to its end: ${damage}` },
    trust.dropped !== null &&
      trust.dropped > 0 && {
        id: 'capture-dropped',
        says: `The capture says that it dropped ${formatCountOf(trust.dropped, 'packet')}.`,
      },
    forgotten > 0 && {
      id: 'forgotten',
      says: `There were too many connections at once: ${formatCount(forgotten)} were not followed to their end.`,
    },
    trust.isControlOnly &&
      counts.segments > 0 && {
        id: 'control-only',
        says: 'It holds only segments with SYN, FIN or RST: without acknowledgments nothing is certain.',
      },
    trust.gappedConnections > 0 && {
      id: 'octets-missing',
      says: `Segments are missing in ${formatCountOf(trust.gappedConnections, 'connection')}.`,
    },
    trust.disorderMs > 0 && {
      id: 'timestamps-run-back',
      says: `Timestamps run backwards, by ${formatDuration(Math.ceil(trust.disorderMs))} at most.`,
    },
    unread.fragment > 0 && {
      id: 'fragments',
      says: `${formatCountOf(unread.fragment, 'IP fragment')} could not be assigned to a connection.`,
    },
    unread.cut > 0 && {
      id: 'cut',
      says: `${formatCountOf(unread.cut, 'packet')} were cut before the end of the TCP header.`,
    },
    unread.malformed > 0 && {
      id: 'malformed',
      says: `${formatCountOf(unread.malformed, 'packet')} had headers that contradict each other.`,
    },
    unread['link-not-read'] > 0 && {
      id: 'link-not-read',
      says: `${formatCountOf(unread['link-not-read'], 'packet')} of a link layer that is not read.`,
    },
    trust.dropped === null &&
      counts.packets > 0 && {
        id: 'drops-unknown',
        says: 'The file does not say whether packets were dropped.',
      },
    endIs === 'last-packet' &&
      counts.packets > 0 && {
        id: 'end-unknown',
        says: 'The file does not say when the capture stopped: ages count to its last packet.',
      },
  ];
  return notes.filter((note) => note !== false);
}
