import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ClosewaitError } from '@closewait/core/facts';

/** Before work that takes long: whether its page can be written at all. @throws ClosewaitError `usage` */
export function checkWritable(path: string): void {
  orRefuse(path, () => accessSync(dirname(path), constants.W_OK));
}

/** Writes a page that was asked for. @throws ClosewaitError `usage` */
export function writePage(path: string, text: string): void {
  orRefuse(path, () => writeFileSync(path, text));
}

/** What the file system refuses is the user's to choose otherwise. */
function orRefuse(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    const errno = String(cause.code);
    throw new ClosewaitError('usage', `cannot write ${path}: ${errno}`, {
      errno,
      cause,
      hint: 'name a file in a directory that exists and that you may write to',
    });
  }
}
