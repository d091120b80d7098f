import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/** NT_GNU_BUILD_ID of elf.h. */
const BUILD_ID_TYPE = 3;
const HEADER_BYTES = 12;

/**
 * The build id of the running kernel from /sys/kernel/notes, which is a series of ELF notes (elf(5)): hexadecimal, 40
 * digits as linkers make it. Null where there is none, or the notes are cut.
 */
export function decodeBuildId(notes: Uint8Array): string | null {
  const view = new DataView(notes.buffer, notes.byteOffset, notes.byteLength);
  for (let at = 0; at + HEADER_BYTES <= notes.length; ) {
    const nameBytes = view.getUint32(at, HOST_IS_LITTLE_ENDIAN);
    const valueBytes = view.getUint32(at + 4, HOST_IS_LITTLE_ENDIAN);
    const type = view.getUint32(at + 8, HOST_IS_LITTLE_ENDIAN);
    const value = at + HEADER_BYTES + roundUp(nameBytes);
    if (value + valueBytes > notes.length) return null;
    if (type === BUILD_ID_TYPE && isGnu(notes, at + HEADER_BYTES, nameBytes) && valueBytes > 0) {
      return Array.from(notes.subarray(value, value + valueBytes), (byte) => byte.toString(16).padStart(2, '0')).join(
        '',
      );
    }
    at = value + roundUp(valueBytes);
  }
  return null;
}

function isGnu(notes: Uint8Array, at: number, length: number): boolean {
  return length === 4 && notes[at] === 0x47 && notes[at + 1] === 0x4e && notes[at + 2] === 0x55 && notes[at + 3] === 0;
}

/** Names and values are padded to words. */
function roundUp(length: number): number {
  return Math.ceil(length / 4) * 4;
}
