import type { Endpoint } from '../facts/index.ts';
import { formatIpv4, formatIpv6 } from './ip-address.ts';

/**
 * Both ends of a connection as ten words: the family, the ports (local in the upper half), four words of each address in
 * network order, of which IPv4 uses the first. A table of them has a fixed size, and no text is made of what nobody prints.
 */
export const END_WORDS = 10;

const AF_INET6 = 10;
const LOCAL_AT = 2;
const REMOTE_AT = 6;
const ADDRESS_WORDS = 4;

/** Where the parts lie in the record of an event of a socket (include/trace/events/sock.h and tcp.h). */
export interface EndOffsets {
  readonly family: number;
  readonly sport: number;
  readonly dport: number;
  readonly saddr: number;
  readonly daddr: number;
  readonly saddr_v6: number;
  readonly daddr_v6: number;
}

/** Copies the ends out of a record that lies at `start`; its length has been checked. */
export function readEndWords(view: DataView, start: number, at: EndOffsets, words: Uint32Array): void {
  const family = view.getUint16(start + at.family, true);
  const isSix = family === AF_INET6;
  words[0] = family;
  words[1] = ((view.getUint16(start + at.sport, true) << 16) | view.getUint16(start + at.dport, true)) >>> 0;
  const local = start + (isSix ? at.saddr_v6 : at.saddr);
  const remote = start + (isSix ? at.daddr_v6 : at.daddr);
  for (let index = 0; index < ADDRESS_WORDS; index++) {
    const isUsed = isSix || index === 0;
    words[LOCAL_AT + index] = isUsed ? view.getUint32(local + 4 * index) : 0;
    words[REMOTE_AT + index] = isUsed ? view.getUint32(remote + 4 * index) : 0;
  }
}

export function localPortOf(words: Uint32Array): number {
  return (words[1] ?? 0) >>> 16;
}

export function remotePortOf(words: Uint32Array): number {
  return (words[1] ?? 0) & 0xffff;
}

/** The local end with its address as text. */
export function localOf(words: Uint32Array): Endpoint {
  return { address: addressOf(words, LOCAL_AT), port: localPortOf(words) };
}

/** The remote end with its address as text. */
export function remoteOf(words: Uint32Array): Endpoint {
  return { address: addressOf(words, REMOTE_AT), port: remotePortOf(words) };
}

/** Whether the addresses and the remote port are the same: a closed socket has lost its own port. */
export function isSameButLocalPort(words: Uint32Array, start: number, other: Uint32Array): boolean {
  if (words[start] !== other[0] || ((words[start + 1] ?? 0) & 0xffff) !== remotePortOf(other)) return false;
  for (let index = LOCAL_AT; index < END_WORDS; index++) if (words[start + index] !== other[index]) return false;
  return true;
}

function addressOf(words: Uint32Array, at: number): string {
  const isSix = words[0] === AF_INET6;
  const bytes = new Uint8Array(4 * ADDRESS_WORDS);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < ADDRESS_WORDS; index++) view.setUint32(4 * index, words[at + index] ?? 0);
  return isSix ? formatIpv6(bytes) : formatIpv4(bytes);
}
