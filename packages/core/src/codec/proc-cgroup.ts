import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

const REMOVED = ' (deleted)';

/**
 * The cgroup path of a process from `/proc/PID/cgroup`, lines of `hierarchy:controllers:path` (cgroups(7)).
 * That is its path in the v2 hierarchy, or in name=systemd. Where both are the root, as in a container without
 * systemd on v1, the first hierarchy in which it is somewhere. ` (deleted)` of a removed cgroup is left out.
 */
export function decodeCgroupPath(bytes: Uint8Array): Decoded<string> {
  const lines = parseLines(bytes);
  if (!lines.ok) return lines;
  let unified: string | null = null;
  let systemd: string | null = null;
  let other: string | null = null;
  for (const { hierarchy, controllers, path } of lines.value) {
    if (hierarchy === '0') unified = path;
    else if (controllers === 'name=systemd') systemd = path;
    else if (other === null && path !== '/') other = path;
  }
  const paths = [unified, systemd, other].filter((path) => path !== null);
  const path = paths.find((candidate) => candidate !== '/') ?? paths[0];
  return path === undefined ? problem('/proc/PID/cgroup', 0, 'a path', 'none') : decoded(path);
}

/**
 * The path of a process in the hierarchy of version 1 that has the freezer, from `/proc/PID/cgroup`; null where that
 * controller is in none. Its state is there in `freezer.state`. A process may be frozen in version 2 as well.
 */
export function decodeFreezerPath(bytes: Uint8Array): Decoded<string | null> {
  const lines = parseLines(bytes);
  if (!lines.ok) return lines;
  return decoded(lines.value.find(({ controllers }) => controllers.split(',').includes('freezer'))?.path ?? null);
}

interface CgroupLine {
  readonly hierarchy: string;
  readonly controllers: string;
  readonly path: string;
}

function parseLines(bytes: Uint8Array): Decoded<readonly CgroupLine[]> {
  const text = decodeText(bytes);
  const lines: CgroupLine[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    if (line !== '') {
      const entry = parseLine(line);
      if (entry === null) return problem('/proc/PID/cgroup', offset, 'HIERARCHY:CONTROLLERS:PATH', quoteInput(line));
      lines.push(entry);
    }
    offset += line.length + 1;
  }
  return lines.length === 0 ? problem('/proc/PID/cgroup', 0, 'at least one line', quoteInput(text)) : decoded(lines);
}

/** Controllers hold no colon; a path may. */
function parseLine(line: string): CgroupLine | null {
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
