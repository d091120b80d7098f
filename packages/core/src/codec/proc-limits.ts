import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, lineValue, parseWhole } from './text.ts';

/** RLIMIT_NOFILE: how many descriptors a process may have open; `Infinity` for unlimited. */
export interface OpenFilesLimit {
  /** The one that accept(2) meets: EMFILE. */
  readonly soft: number;
  /** How far the process itself may raise the soft one. */
  readonly hard: number;
}

/** The line `Max open files` of `/proc/PID/limits`. */
export function decodeOpenFilesLimit(bytes: Uint8Array): Decoded<OpenFilesLimit> {
  const text = decodeText(bytes);
  const value = lineValue(text, 'Max open files ');
  if (value === null) return problem('/proc/PID/limits', 0, 'a line "Max open files"', quoteInput(text));
  const [softText, hardText] = value.trim().split(/ +/);
  const soft = parseLimit(softText);
  const hard = parseLimit(hardText);
  if (soft === null || hard === null) {
    return problem('/proc/PID/limits', text.indexOf(value), 'two limits', quoteInput(value));
  }
  return decoded({ soft, hard });
}

function parseLimit(text: string | undefined): number | null {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : parseWhole(text);
}
