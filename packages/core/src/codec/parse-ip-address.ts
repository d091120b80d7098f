/**
 * The bytes of an address as `formatIpv4` and `formatIpv6` spell it, in network order: 4 or 16. A group that is no number
 * counts as 0: the texts come from the kernel's own bytes.
 *
 * @example
 * parseIpAddress('192.0.2.1') // Uint8Array [192, 0, 2, 1]
 */
export function parseIpAddress(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [head = '', tail] = text.split('::');
  const front = bytesOfGroups(head);
  const back = tail === undefined ? [] : bytesOfGroups(tail);
  const gap = Array.from({ length: 16 - front.length - back.length }, () => 0);
  return Uint8Array.from([...front, ...gap, ...back]);
}

/** A dotted tail is four bytes, any other group two (RFC 4291 2.2). */
function bytesOfGroups(text: string): readonly number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
