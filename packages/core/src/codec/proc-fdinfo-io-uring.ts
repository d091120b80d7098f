import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, lineValue, parseWhole } from './text.ts';

/** The files that are registered with an io_uring: it holds them, whether or not a descriptor is open as well. */
export interface RegisteredFiles {
  /** Size of the table, empty slots included. */
  readonly slots: number;
  /** How many slots hold a file. On kernels that print file names alone, 0 of several may mean that the ring was busy. */
  readonly files: number;
  /** Those of `files` without a name: older kernels print the name alone, and a socket has none. */
  readonly unnamedFiles: number;
  /** Inode numbers of the sockets that are named, in the order of their slots. */
  readonly socketInodes: readonly number[];
}

const WHAT = '/proc/PID/fdinfo of an io_uring';
const HEADER = 'UserFiles:\t';

/**
 * The registered files of an io_uring from its `/proc/PID/fdinfo/FD`, io_uring_show_fdinfo (io_uring/fdinfo.c). Linux
 * 6.18 prints a path for each slot in use; older kernels the last component of the name, or `<none>`, for every slot.
 * Null without the list: the kernel leaves everything out while the ring's lock is taken, or the file is no io_uring.
 */
export function decodeRegisteredFiles(bytes: Uint8Array): Decoded<RegisteredFiles | null> {
  const text = decodeText(bytes);
  const slotText = lineValue(text, HEADER);
  if (slotText === null) return decoded(null);
  const slots = parseWhole(slotText);
  const start = text.indexOf(`\n${HEADER}`) + 1;
  if (slots === null) return problem(WHAT, start, 'a number of files', quoteInput(slotText));
  const socketInodes: number[] = [];
  let files = 0;
  let unnamedFiles = 0;
  for (const line of text.slice(start).split('\n').slice(1)) {
    const name = /^ *\d+: (.*)$/.exec(line)?.[1];
    if (name === undefined) break;
    if (name === '<none>') continue;
    files++;
    if (name === '') unnamedFiles++;
    const inode = parseWhole(/^socket:\[(\d+)\]$/.exec(name)?.[1]);
    if (inode !== null) socketInodes.push(inode);
  }
  return decoded({ slots, files, unnamedFiles, socketInodes });
}
