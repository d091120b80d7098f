import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { ClosewaitError } from '@closewait/core/facts';

/** A capture that is open for reading. */
export interface OpenCapture extends Disposable {
  readonly fd: number;
  /** As the user named it. */
  readonly name: string;
  /** Size in bytes of a file; null for a pipe. */
  readonly bytes: number | null;
}

/** First bytes of what tshark reads here, in hexadecimal. */
const MAGIC = {
  pcap: ['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '34cdb2a1', 'a1b2cd34'],
  pcapng: ['0a0d0d0a'],
  compressed: ['1f8b', '28b52ffd', '04224d18'],
} as const;

const MAGIC_BYTES = 4;

/**
 * Opens a capture by its name, `-` for standard input. A file's beginning is checked here: tshark reads a picture, or a
 * text with the right words, as a capture of another kind. A pipe cannot be looked at without taking from it.
 *
 * @throws ClosewaitError `usage`: it cannot be opened, is empty, or is no capture.
 */
export function openCapture(name: string): OpenCapture {
  const fd = name === '-' ? 0 : openFile(name);
  const close = (): void => {
    if (name !== '-') closeSync(fd);
  };
  try {
    const stats = fstatSync(fd);
    const bytes = stats.isFile() ? checkFile(fd, name, stats) : null;
    if (bytes === null && !stats.isFIFO()) throw unusable(name, `is ${describeKind(stats)}, no file and no pipe`);
    return { fd, name, bytes, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Whether a capture, compressed or not, begins with these bytes. */
function isCaptureStart(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes).toString('hex');
  return Object.values(MAGIC)
    .flat()
    .some((magic) => start.startsWith(magic));
}

/** Why a file cannot be used as a capture. */
export function unusable(name: string, why: string): ClosewaitError {
  return new ClosewaitError('usage', `${name === '-' ? 'standard input' : name} ${why}`, {
    hint: 'name a pcap or pcapng file, as tcpdump -w and dumpcap write them, or - for standard input',
  });
}

function openFile(name: string): number {
  try {
    // As cat does: a FIFO waits here until somebody writes to it.
    return openSync(name, constants.O_RDONLY | constants.O_NOCTTY);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code;
    if (errno === undefined) throw cause;
    throw new ClosewaitError('usage', `cannot read the capture ${name}: ${errno}`, {
      errno,
      cause,
      hint: 'name a pcap or pcapng file, or - for standard input',
    });
  }
}

function checkFile(fd: number, name: string, { size }: Stats): number {
  const start = new Uint8Array(MAGIC_BYTES);
  const read = readSync(fd, start, 0, MAGIC_BYTES, 0);
  if (read === 0) throw unusable(name, 'is empty');
  if (!isCaptureStart(start.subarray(0, read))) throw unusable(name, 'is neither pcap nor pcapng');
  return size;
}

function describeKind(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() ? 'a terminal or another device' : 'a device';
}
