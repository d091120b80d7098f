import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, parseWhole } from './text.ts';

/** One mount of /proc/PID/mountinfo, see proc_pid_mountinfo(5). */
export interface Mount {
  /** What of the file system is mounted: `/`, a directory, or `net:[4026531840]` on nsfs. */
  readonly root: string;
  /** Where, as that process sees it. */
  readonly mountPoint: string;
  /** `ext4`, `proc`, `nsfs`, … */
  readonly fileSystem: string;
  /** Options of the file system, as it spells them. */
  readonly superOptions: readonly string[];
}

/** A network namespace that a bind mount keeps and names, as `ip netns add` does. */
export interface NamespaceMount {
  readonly inode: number;
  readonly path: string;
}

/** `hidepid=` of proc(5): whose processes a mount of /proc shows. */
export type HidePid = 'off' | 'noaccess' | 'invisible' | 'ptraceable';

/** `/proc/PID/mountinfo`, one mount a line. */
export function decodeMountinfo(bytes: Uint8Array): Decoded<readonly Mount[]> {
  const mounts: Mount[] = [];
  let offset = 0;
  for (const line of decodeText(bytes).split('\n')) {
    if (line !== '') {
      const mount = parseMount(line);
      if (mount === null) return problem('/proc/PID/mountinfo', offset, 'a mount', quoteInput(line));
      mounts.push(mount);
    }
    offset += line.length + 1;
  }
  return decoded(mounts);
}

/** Six fields, any number of optional ones, `-`, three fields. Spaces inside a field are escaped. */
function parseMount(line: string): Mount | null {
  const fields = line.split(' ');
  const separator = fields.indexOf('-', 6);
  const root = fields[3];
  const mountPoint = fields[4];
  const fileSystem = fields[separator + 1];
  const superOptions = fields[separator + 3];
  if (separator === -1 || !root || !mountPoint || !fileSystem || superOptions === undefined) return null;
  return {
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    fileSystem: unescapeOctal(fileSystem),
    superOptions: superOptions.split(',').map(unescapeOctal),
  };
}

/** mangle (fs/proc_namespace.c) writes space, tab, newline, backslash and # as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The network namespaces among the mounts, without the file systems that merely look like one. */
export function namespaceMounts(mounts: readonly Mount[]): readonly NamespaceMount[] {
  const found: NamespaceMount[] = [];
  for (const { fileSystem, root, mountPoint } of mounts) {
    const inode = fileSystem === 'nsfs' ? parseWhole(/^net:\[(\d+)\]$/.exec(root)?.[1]) : null;
    if (inode !== null) found.push({ inode, path: mountPoint });
  }
  return found;
}

/** Numbers up to Linux 5.7, names since. */
const HIDE_PID_OF: Readonly<Record<string, HidePid>> = {
  '0': 'off',
  '1': 'noaccess',
  '2': 'invisible',
  '4': 'ptraceable',
  off: 'off',
  noaccess: 'noaccess',
  invisible: 'invisible',
  ptraceable: 'ptraceable',
};

/** How the proc file system at `mountPoint` hides processes; the kernel leaves `off` out. Null where none is mounted. */
export function hidePidOf(mounts: readonly Mount[], mountPoint = '/proc'): HidePid | null {
  // The last mount at a place covers the others.
  const mount = mounts.findLast((candidate) => candidate.mountPoint === mountPoint);
  if (mount?.fileSystem !== 'proc') return null;
  const option = mount.superOptions.find((candidate) => candidate.startsWith('hidepid='));
  return HIDE_PID_OF[option?.slice('hidepid='.length) ?? 'off'] ?? null;
}
