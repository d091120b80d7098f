import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/** The files that a process has mapped. */
export interface MappedFiles {
  /** Distinct paths in the order of their addresses; a process names its files, so they are hostile. */
  readonly paths: readonly string[];
  /** False where `limit` left some out. */
  readonly complete: boolean;
}

/** address perms offset dev inode pathname, see proc_pid_maps(5). */
const MAPPING = /^[0-9a-f]+-[0-9a-f]+ [rwxsp-]{4} [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ (\d+) *(.*)$/;
/** Shared memory without a file in any directory; whoever made it chose the name. */
const NO_FILE = /^\/(?:memfd:|SYSV|dev\/zero \(deleted\))/;
const REMOVED = ' (deleted)';

/**
 * The distinct files mapped by a process, from `/proc/PID/maps`: its program and its libraries, and what it maps as data.
 * At most `limit` of them. A library that an upgrade has replaced is named without ` (deleted)`. What follows the last
 * newline is left out: a reader may stop anywhere.
 */
export function decodeMappedFiles(bytes: Uint8Array, limit = 256): Decoded<MappedFiles> {
  const paths = new Set<string>();
  let offset = 0;
  for (const line of decodeText(bytes).split('\n').slice(0, -1)) {
    const [, inode, path] = MAPPING.exec(line) ?? [];
    if (inode === undefined || path === undefined) {
      return problem('/proc/PID/maps', offset, 'a mapping', quoteInput(line));
    }
    if (inode !== '0' && path.startsWith('/') && !NO_FILE.test(path)) {
      const file = path.endsWith(REMOVED) ? path.slice(0, -REMOVED.length) : path;
      if (paths.size >= limit && !paths.has(file)) return decoded({ paths: [...paths], complete: false });
      paths.add(file);
    }
    offset += line.length + 1;
  }
  return decoded({ paths: [...paths], complete: true });
}
