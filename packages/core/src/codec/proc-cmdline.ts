import { decodeText } from './text.ts';

/**
 * The arguments in `/proc/PID/cmdline`, each ended by NUL; any bytes are a command line. Empty for a kernel thread or a
 * zombie. A process that rewrote its title leaves one text and padding, so NULs at the end are not empty arguments.
 */
export function decodeCommandLine(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return [];
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return decodeText(bytes.subarray(0, end)).split('\0');
}
