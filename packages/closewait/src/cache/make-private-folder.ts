import { lstatSync, mkdirSync } from 'node:fs';

/** Nobody else may write, nor read what a look found. */
const PRIVATE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/** The folder `path`, made where it is missing; null where it is not `user`'s, or others may write to it. */
export function makePrivateFolder(path: string, user: number): string | null {
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE });
    // Not the target of a link: whoever made the link could change where it leads.
    const found = lstatSync(path);
    const isOwn = found.isDirectory() && found.uid === user && (found.mode & WRITABLE_BY_OTHERS) === 0;
    return isOwn ? path : null;
  } catch {
    // A full or read-only disk, a home that is not there: everything works without.
    return null;
  }
}
