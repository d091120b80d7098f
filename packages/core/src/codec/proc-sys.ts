import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/** A file below /proc/sys that holds one integer, which may be negative. */
export function decodeSetting(bytes: Uint8Array): Decoded<number> {
  const text = decodeText(bytes);
  if (!/^-?\d{1,15}\n?$/.test(text)) return problem('/proc/sys', 0, 'one integer', quoteInput(text));
  return decoded(Number(text));
}
