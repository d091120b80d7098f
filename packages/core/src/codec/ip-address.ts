/** Decimal texts of all bytes: cheaper than 95,000 times four conversions. */
const BYTE_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, byte) => `${byte}`);

function ipv4Text(word: number): string {
  return `${BYTE_TEXTS[word >>> 24]}.${BYTE_TEXTS[(word >>> 16) & 255]}.${BYTE_TEXTS[(word >>> 8) & 255]}.${BYTE_TEXTS[word & 255]}`;
}

/** Whether the first 96 bits of an IPv6 address are ::ffff:0:0/96 (RFC 4291 2.5.5.2); words in network order. */
export function isMappedPrefix(word0: number, word1: number, word2: number): boolean {
  return word0 === 0 && word1 === 0 && word2 === 0xffff;
}

function ipv6Text(word0: number, word1: number, word2: number, word3: number): string {
  if (isMappedPrefix(word0, word1, word2)) return `::ffff:${ipv4Text(word3)}`;
  const groups = [word0 >>> 16, word0 & 0xffff, word1 >>> 16, word1 & 0xffff];
  groups.push(word2 >>> 16, word2 & 0xffff, word3 >>> 16, word3 & 0xffff);

  // RFC 5952 4.2: shorten the longest run of zero groups, the first of equals, never a single group.
  let runStart = 0;
  let runLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > runLength) {
      runStart = start;
      runLength = end - start;
    }
    start = end;
  }
  if (runLength === 1) return hexGroups(groups, 0, 8);
  return `${hexGroups(groups, 0, runStart)}::${hexGroups(groups, runStart + runLength, 8)}`;
}

/** Groups in lower case without leading zeros, RFC 5952 4.1 and 4.3. */
function hexGroups(groups: readonly number[], start: number, end: number): string {
  return groups
    .slice(start, end)
    .map((group) => group.toString(16))
    .join(':');
}

function wordAt(bytes: Uint8Array, index: number): number {
  const at = index * 4;
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

/**
 * The dotted text of an IPv4 address, four bytes in network order; missing bytes count as 0.
 *
 * @example
 * formatIpv4(new Uint8Array([192, 0, 2, 1])) // '192.0.2.1'
 */
export function formatIpv4(bytes: Uint8Array): string {
  return ipv4Text(wordAt(bytes, 0));
}

/**
 * The text of an IPv6 address as RFC 5952 spells it, without a zone; sixteen bytes in network order, missing bytes
 * count as 0. Only the IPv4-mapped prefix ::ffff:0:0/96 is written with a dotted tail (RFC 5952 section 5).
 */
export function formatIpv6(bytes: Uint8Array): string {
  return ipv6Text(wordAt(bytes, 0), wordAt(bytes, 1), wordAt(bytes, 2), wordAt(bytes, 3));
}

/** Texts of addresses, remembered: a dump names the same few local addresses, and many peers, again and again. */
export interface AddressTexts {
  /** The text of four bytes at `offset`. */
  ipv4(view: DataView, offset: number): string;
  /** The text of sixteen bytes at `offset`. */
  ipv6(view: DataView, offset: number): string;
}

/** A direct-mapped cache has a fixed size, so that a process that looks for months does not grow: 4096 of each kind. */
const SLOTS = 4096;

/** Makes an empty cache of address texts; share one between the dumps of a look, or of a process's whole life. */
export function createAddressTexts(): AddressTexts {
  const keys4 = new Uint32Array(SLOTS);
  const texts4 = Array.from<string | undefined>({ length: SLOTS });
  const keys6 = new Uint32Array(SLOTS * 4);
  const texts6 = Array.from<string | undefined>({ length: SLOTS });
  return {
    ipv4(view, offset) {
      const word = view.getUint32(offset);
      const slot = slotOf(word);
      const text = texts4[slot];
      if (text !== undefined && keys4[slot] === word) return text;
      keys4[slot] = word;
      return (texts4[slot] = ipv4Text(word));
    },
    ipv6(view, offset) {
      const word0 = view.getUint32(offset);
      const word1 = view.getUint32(offset + 4);
      const word2 = view.getUint32(offset + 8);
      const word3 = view.getUint32(offset + 12);
      const slot = slotOf(word0 ^ Math.imul(word1, 3) ^ Math.imul(word2, 5) ^ Math.imul(word3, 7));
      const key = slot * 4;
      const text = texts6[slot];
      const isSame =
        keys6[key] === word0 && keys6[key + 1] === word1 && keys6[key + 2] === word2 && keys6[key + 3] === word3;
      if (text !== undefined && isSame) return text;
      keys6[key] = word0;
      keys6[key + 1] = word1;
      keys6[key + 2] = word2;
      keys6[key + 3] = word3;
      return (texts6[slot] = ipv6Text(word0, word1, word2, word3));
    },
  };
}

/** Multiplicative hashing (Knuth, TAOCP 6.4): the upper 12 bits, one of SLOTS, of a product with 2^32 / golden ratio. */
function slotOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> 20;
}
