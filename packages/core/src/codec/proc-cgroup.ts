import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

const REMOVED = ' (deleted)';

/**
 * The cgroup path of a process from `/proc/PID/cgroup`, lines of `hierarchy:controllers:path` (cgroups(7)).
 * That is its path in the v2 hierarchy, or in name=systemd. Where both are the root, as in a container without
 * systemd on v1, the first hierarchy in which it is somewhere. ` (deleted)` of a removed cgroup is left out.
 */
export function decodeCgroupPath(bytes: Uint8Array): Decoded<string> {
  const text = decodeText(bytes);
  let unified: string | null = null;
  let systemd: string | null = null;
  let other: string | null = null;
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line !== '') {
      const entry = parseLine(line);
      if (entry === null) return problem('/proc/PID/cgroup', offset, 'HIERARCHY:CONTROLLERS:PATH', quoteInput(line));
      if (entry.hierarchy === '0') unified = entry.path;
      else if (entry.controllers === 'name=systemd') systemd = entry.path;
      else if (other === null && entry.path !== '/') other = entry.path;
    }
    offset += line.length + 1;
  }
  const paths = [unified, systemd, other].filter((path) => path !== null);
  const path = paths.find((candidate) => candidate !== '/') ?? paths[0];
  return path === undefined ? problem('/proc/PID/cgroup', 0, 'at least one line', quoteInput(text)) : decoded(path);
}

/** Controllers hold no colon; a path may. */
function parseLine(line: string): { hierarchy: string; controllers: string; path: string } | null {
  const first = line.indexOf(':');
  const second = line.indexOf(':', first + 1);
  if (first === -1 || second === -1 || line[second + 1] !== '/') return null;
  const path = line.slice(second + 1);
  return {
    hierarchy: line.slice(0, first),
    controllers: line.slice(first + 1, second),
    path: path.endsWith(REMOVED) ? path.slice(0, -REMOVED.length) : path,
  };
}
