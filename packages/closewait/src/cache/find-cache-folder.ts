import { homedir } from 'node:os';
import { join } from 'node:path';
import { makePrivateFolder } from './make-private-folder.ts';

/** For root, FHS 5.5: data that can be made again. */
const OF_ROOT = '/var/cache/closewait';

/**
 * A folder of the effective user's own for what can be made again (compiled code, offsets of the running kernel), made
 * where it is missing: `/var/cache/closewait` for root, `$XDG_CACHE_HOME/closewait` for others. Null where there is none
 * that nobody else can write to: what is read from it decides what runs, so a doubtful one is not used.
 */
export function findCacheFolder(env: Readonly<NodeJS.ProcessEnv> = process.env): string | null {
  const user = process.geteuid?.() ?? -1;
  const folder = user === 0 ? OF_ROOT : folderOfUser(env);
  return folder === null ? null : makePrivateFolder(folder, user);
}

/** The XDG base directory specification: a path that is not absolute is to be ignored. */
function folderOfUser({ XDG_CACHE_HOME: named }: Readonly<NodeJS.ProcessEnv>): string | null {
  const base = named?.startsWith('/') === true ? named : join(homedir(), '.cache');
  return base.startsWith('/') ? join(base, 'closewait') : null;
}
