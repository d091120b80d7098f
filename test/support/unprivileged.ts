import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from './closewait.ts';

/** The uid and gid that Linux distributions call nobody. */
export const NOBODY = 65534;

const ENTER = `
set -e
mount --bind "$1" "$3/checkout"
mount --bind "$2" "$3/node"
if [ "$4" = hidepid ]; then mount -t proc -o hidepid=2 proc /proc; fi
folder=$3
shift 4
cd /
exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --no-new-privs \
  "$folder/node" "$folder/checkout/packages/closewait/src/cli/main.ts" "$@"
`;

const IN_MOUNTS_OF_ITS_OWN = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', ENTER, 'sh'];

/** How /proc is mounted; with `hidepid` nobody but root finds processes of others in it. */
export type ProcMount = 'whole' | 'hidepid';

/** How closewait is run by a user who is nobody. */
export interface Unprivileged extends Disposable {
  /** The command line of closewait with these arguments. */
  command(args: readonly string[], proc?: ProcMount): readonly string[];
}

/**
 * Prepares runs of closewait without privilege. Checkout and node may lie where only root can go (/root), so they are
 * bind-mounted into a folder that everybody can reach, each time in a mount namespace of its own, which takes the
 * mounts with it. Needs root.
 */
export function unprivilegedCloseWait(): Unprivileged {
  const folder = mkdtempSync(join(tmpdir(), 'cwt-'));
  chmodSync(folder, 0o755);
  mkdirSync(`${folder}/checkout`);
  writeFileSync(`${folder}/node`, '');
  return {
    command: (args, proc = 'whole') => [...IN_MOUNTS_OF_ITS_OWN, CHECKOUT, process.execPath, folder, proc, ...args],
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
