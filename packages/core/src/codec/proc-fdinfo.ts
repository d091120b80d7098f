import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, lineValue } from './text.ts';

/** The part of /proc/PID/fdinfo/FD that every descriptor has, see proc_pid_fdinfo(5). */
export interface FdInfo {
  /** File offset; 0 for a socket. */
  readonly positionBytes: bigint;
  /** Flags of open(2) and fcntl(2), as fcntl.h has them for x86-64 and arm64. */
  readonly flags: number;
  /** Whether exec closes it. An open one that a child inherits keeps a connection alive. */
  readonly closeOnExec: boolean;
}

/** O_CLOEXEC of asm-generic/fcntl.h. */
const O_CLOEXEC = 0o2000000;

/** The lines `pos` and `flags` of `/proc/PID/fdinfo/FD`; the flags are octal. */
export function decodeFdInfo(bytes: Uint8Array): Decoded<FdInfo> {
  const text = decodeText(bytes);
  const position = lineValue(text, 'pos:\t');
  const flagText = lineValue(text, 'flags:\t');
  if (position === null || !/^-?\d{1,19}$/.test(position)) {
    return problem('/proc/PID/fdinfo', 0, 'a line "pos"', quoteInput(text));
  }
  if (flagText === null || !/^[0-7]{1,11}$/.test(flagText)) {
    return problem('/proc/PID/fdinfo', 0, 'a line "flags" in octal', quoteInput(text));
  }
  const flags = Number.parseInt(flagText, 8);
  return decoded({ positionBytes: BigInt(position), flags, closeOnExec: (flags & O_CLOEXEC) !== 0 });
}
