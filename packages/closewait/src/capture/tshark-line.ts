import type { CapturedPacket } from '@closewait/core/capture';

/** What is asked of each packet, in the order of the columns. */
export const TSHARK_FIELDS = [
  'frame.time_epoch',
  'frame.encap_type',
  'frame.protocols',
  'vlan.id',
  'ieee8021ad.id',
  'ip.src',
  'ip.dst',
  'ip.flags.mf',
  'ip.frag_offset',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.fraghdr.more',
  'ipv6.fraghdr.offset',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.len',
  'tcp.window_size_value',
] as const;

/** Numbers of the link layers that are read: WTAP_ENCAP_… of wiretap/wtap.h. */
const LINKS: ReadonlyMap<string, string> = new Map([
  ['1', 'Ethernet'],
  ['7', 'raw IP'],
  ['15', 'BSD loopback'],
  ['25', 'Linux cooked'],
  ['129', 'raw IPv4'],
  ['130', 'raw IPv6'],
  ['174', 'BSD loopback'],
  ['210', 'Linux cooked v2'],
]);

/**
 * One line of tshark as a packet; null where it is not such a line. What comes out of a dissector is hostile: every
 * number is checked.
 */
export function parseTsharkLine(line: string): CapturedPacket | null {
  const columns = line.split('\t');
  if (columns.length !== TSHARK_FIELDS.length) return null;
  const [epoch = '', encapsulation = '', protocols = '', vlan = '', serviceVlan = ''] = columns;
  const link = LINKS.get(encapsulation);
  const seconds = epoch === '' ? Number.NaN : Number(epoch);
  const atMs = Number.isFinite(seconds) ? seconds * 1000 : null;
  const isTagged = vlan !== '' || serviceVlan !== '';
  const content: CapturedPacket['content'] =
    link === undefined ? { kind: 'link-not-read' } : readContent(columns, protocols, atMs);
  return {
    atMs,
    link: link ?? `link type ${/^\d{1,6}$/.test(encapsulation) ? encapsulation : 'unknown'}`,
    isTagged,
    content,
  };
}

function readContent(columns: readonly string[], protocols: string, atMs: number | null): CapturedPacket['content'] {
  const layers = protocols.split(':');
  const tcp = layers.lastIndexOf('tcp');
  const ip = layers.slice(0, tcp < 0 ? layers.length : tcp).findLast((layer) => layer === 'ip' || layer === 'ipv6');
  const [moreFragments, offset] = ip === 'ipv6' ? [columns[11], columns[12]] : [columns[7], columns[8]];
  const fragmentOffset = Number(last(offset));
  if (tcp < 0) {
    if (fragmentOffset > 0) return { kind: 'fragment' };
    return { kind: layers.includes('_ws.malformed') ? 'malformed' : layers.includes('_ws.short') ? 'cut' : 'not-tcp' };
  }
  const [source, destination] = ip === 'ipv6' ? [columns[9], columns[10]] : [columns[5], columns[6]];
  const numbers = columns.slice(13).map((column) => (column === '' ? Number.NaN : Number(last(column))));
  const [sourcePort = NaN, destinationPort = NaN, sequence = NaN, acknowledgment = NaN, bits = NaN] = numbers;
  const [payloadBytes = NaN, window = NaN] = numbers.slice(5);
  const isWhole = [sourcePort, destinationPort, sequence, acknowledgment, bits, payloadBytes, window].every(isCount);
  if (!isWhole || atMs === null) return { kind: layers.includes('_ws.malformed') ? 'malformed' : 'cut' };
  return {
    kind: 'segment',
    segment: {
      atMs,
      source: { address: last(source), port: sourcePort },
      destination: { address: last(destination), port: destinationPort },
      sequence,
      acknowledgment,
      bits,
      payloadBytes,
      window,
      isFragment: isTrue(last(moreFragments)) && fragmentOffset === 0,
    },
  };
}

/** Several occurrences stand for headers inside of each other (IP in IP): the innermost holds the segment. */
function last(column = ''): string {
  return column.slice(column.lastIndexOf(',') + 1);
}

/** `1` before Wireshark 4.2, `True` since. */
function isTrue(text: string): boolean {
  return text === '1' || text === 'True';
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
