import { type Decoded, decoded, problem } from './decoded.ts';
import { formatIpv4, formatIpv6 } from './ip-address.ts';
import { decodeTcpOptions, type TcpOptions } from './tcp-options.ts';

/** The control bits of RFC 9293 section 3.1, in the order of the header from the lowest bit on. */
export const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;
export type TcpFlag = (typeof TCP_FLAGS)[number];

/** A TCP segment inside its IP packet. */
export interface TcpSegment {
  readonly family: 'ipv4' | 'ipv6';
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
  /** SEG.SEQ, 0 to 2^32 - 1. */
  readonly sequence: number;
  /** SEG.ACK; means nothing without the ACK flag. */
  readonly acknowledgment: number;
  /** In the order of {@link TCP_FLAGS}. */
  readonly flags: readonly TcpFlag[];
  /** As it stands in the header, not scaled. */
  readonly window: number;
  readonly options: TcpOptions;
  /** Octets of data, by the IP header's length: a capture may hold fewer of them. */
  readonly payloadBytes: number;
  /** The data, as far as it is there: a view into the packet. */
  readonly payload: Uint8Array;
}

const IPPROTO_TCP = 6;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const TCP_HEADER_BYTES = 20;

interface IpPayload {
  readonly family: 'ipv4' | 'ipv6';
  readonly source: string;
  readonly destination: string;
  /** Where the TCP header begins, and where the packet ends by its own header. */
  readonly start: number;
  readonly end: number;
}

/**
 * The TCP segment of an IP packet that begins at byte 0 (RFC 791, RFC 8200). `null`: not TCP, or a fragment that does not
 * hold the beginning. IPv6 extension headers are not walked through: what stands behind one is `null` too.
 */
export function decodeTcpSegment(packet: Uint8Array): Decoded<TcpSegment | null> {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const ip = decodeIp(packet, view);
  if (!ip.ok) return ip;
  if (ip.value === null) return decoded(null);
  const { family, source, destination, start, end } = ip.value;
  if (packet.length < start + TCP_HEADER_BYTES) {
    return problem('TCP header', start, `${TCP_HEADER_BYTES} bytes`, `${packet.length - start}`);
  }
  const headerBytes = (view.getUint8(start + 12) >> 4) * 4;
  if (headerBytes < TCP_HEADER_BYTES || start + headerBytes > end) {
    return problem('TCP data offset', start + 12, `${TCP_HEADER_BYTES} to ${end - start}`, `${headerBytes}`);
  }
  const bits = view.getUint8(start + 13);
  const dataStart = start + headerBytes;
  return decoded({
    family,
    source: { address: source, port: view.getUint16(start) },
    destination: { address: destination, port: view.getUint16(start + 2) },
    sequence: view.getUint32(start + 4),
    acknowledgment: view.getUint32(start + 8),
    flags: TCP_FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0),
    window: view.getUint16(start + 14),
    options: decodeTcpOptions(packet.subarray(start + TCP_HEADER_BYTES, Math.min(dataStart, packet.length))),
    payloadBytes: end - dataStart,
    payload: packet.subarray(Math.min(dataStart, packet.length), Math.min(end, packet.length)),
  });
}

function decodeIp(packet: Uint8Array, view: DataView): Decoded<IpPayload | null> {
  const [first = 0] = packet;
  const version = first >> 4;
  if (version === 6) return decodeIpv6(packet, view);
  if (version !== 4) return problem('IP version', 0, '4 or 6', `${packet.length === 0 ? 'nothing' : version}`);
  if (packet.length < IPV4_HEADER_BYTES) {
    return problem('IPv4 header', 0, `${IPV4_HEADER_BYTES} bytes`, `${packet.length}`);
  }
  const start = (first & 0x0f) * 4;
  // 0: longer than the field can say, before segmentation offload has cut it (BIG TCP, Linux 6.3).
  const end = view.getUint16(2) === 0 ? packet.length : view.getUint16(2);
  if (start < IPV4_HEADER_BYTES || end < start) {
    return problem('IPv4 total length', 2, `at least ${Math.max(start, IPV4_HEADER_BYTES)}`, `${end}`);
  }
  const fragmentOffset = view.getUint16(6) & 0x1fff;
  if (view.getUint8(9) !== IPPROTO_TCP || fragmentOffset !== 0) return decoded(null);
  return decoded({
    family: 'ipv4',
    source: formatIpv4(packet.subarray(12, 16)),
    destination: formatIpv4(packet.subarray(16, 20)),
    start,
    end,
  });
}

function decodeIpv6(packet: Uint8Array, view: DataView): Decoded<IpPayload | null> {
  if (packet.length < IPV6_HEADER_BYTES) {
    return problem('IPv6 header', 0, `${IPV6_HEADER_BYTES} bytes`, `${packet.length}`);
  }
  if (view.getUint8(6) !== IPPROTO_TCP) return decoded(null);
  return decoded({
    family: 'ipv6',
    source: formatIpv6(packet.subarray(8, 24)),
    destination: formatIpv6(packet.subarray(24, 40)),
    start: IPV6_HEADER_BYTES,
    end: IPV6_HEADER_BYTES + view.getUint16(4),
  });
}

/** What {@link encodeTcpSegment} puts into a packet. IPv4 only: what the laboratory sends. */
export interface OutgoingSegment {
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
  readonly sequence: number;
  /** Default 0. */
  readonly acknowledgment?: number;
  readonly flags: readonly TcpFlag[];
  /** Default 65,535. */
  readonly window?: number;
  /** TCP options as bytes, padded to a multiple of four here. Default none. */
  readonly options?: Uint8Array;
  /** Default none. */
  readonly payload?: Uint8Array;
}

const TIME_TO_LIVE = 64;
const DONT_FRAGMENT = 0x4000;

/** An IPv4 packet with one TCP segment and correct checksums (RFC 791, RFC 9293 section 3.1). */
export function encodeTcpSegment(segment: OutgoingSegment): Uint8Array {
  const { options = new Uint8Array(), payload = new Uint8Array(), acknowledgment = 0, window = 0xffff } = segment;
  const optionBytes = Math.ceil(options.length / 4) * 4;
  const headerBytes = TCP_HEADER_BYTES + optionBytes;
  const packet = new Uint8Array(IPV4_HEADER_BYTES + headerBytes + payload.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, packet.length);
  view.setUint16(6, DONT_FRAGMENT);
  view.setUint8(8, TIME_TO_LIVE);
  view.setUint8(9, IPPROTO_TCP);
  packet.set(parseIpv4(segment.source.address), 12);
  packet.set(parseIpv4(segment.destination.address), 16);
  view.setUint16(10, checksum(sumWords(packet, 0, IPV4_HEADER_BYTES, 0)));
  const start = IPV4_HEADER_BYTES;
  view.setUint16(start, segment.source.port);
  view.setUint16(start + 2, segment.destination.port);
  view.setUint32(start + 4, segment.sequence);
  view.setUint32(start + 8, acknowledgment);
  view.setUint8(start + 12, (headerBytes / 4) << 4);
  view.setUint8(start + 13, bitsOf(segment.flags));
  view.setUint16(start + 14, window);
  packet.set(options, start + TCP_HEADER_BYTES);
  packet.set(payload, start + headerBytes);
  setTcpChecksum(packet);
  return packet;
}

/**
 * Writes the TCP checksum of a whole IPv4 packet in place. A packet that a kernel has handed on within one machine may
 * carry none yet (CHECKSUM_PARTIAL, net/core/skbuff.c).
 */
export function setTcpChecksum(packet: Uint8Array): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const start = ((packet[0] ?? 0) & 0x0f) * 4;
  const end = view.getUint16(2);
  view.setUint16(start + 16, 0);
  // The pseudo-header: both addresses, the protocol and the length (RFC 9293 section 3.1).
  const pseudo = sumWords(packet, 12, 20, IPPROTO_TCP + end - start);
  view.setUint16(start + 16, checksum(sumWords(packet, start, end, pseudo)));
}

function bitsOf(flags: readonly TcpFlag[]): number {
  return TCP_FLAGS.reduce((bits, flag, bit) => (flags.includes(flag) ? bits | (1 << bit) : bits), 0);
}

function parseIpv4(address: string): readonly number[] {
  return address.split('.').map(Number);
}

function sumWords(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let sum = initial;
  for (let at = start; at < end; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) + (at + 1 < end ? (bytes[at + 1] ?? 0) : 0);
  }
  return sum;
}

/** The one's complement of the one's complement sum, RFC 1071. */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}
