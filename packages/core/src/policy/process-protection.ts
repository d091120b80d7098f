import { type ProcessFacts, type Reading, valueOr } from '../facts/index.ts';
import { untouchableProcess } from '../ways/index.ts';
import type { Protection } from './plan.ts';

/** Servers of remote sessions by comm and by the file's name: OpenSSH (9.8 split it in three), Dropbear. */
const SSH_NAMES: readonly string[] = ['sshd', 'sshd-session', 'sshd-auth', 'dropbear'];

/** comm has room for so many bytes: TASK_COMM_LEN of linux/sched.h, less the end. */
const COMM_BYTES = 15;

/** Suffixes of unit names (systemd.unit(5)) that a process can be in. */
const UNIT = /\.(?:service|scope|slice|socket)$/;

/**
 * Why the connections of a process are not touched; null where nothing speaks against it. `ownPids`: this program and its
 * ancestors. Every sshd counts as a session of the operator: from outside nobody can tell whose it is, and behind tmux, sudo or
 * a service it is no ancestor of this program.
 */
export function protectionOf(
  process: ProcessFacts,
  ownPids: ReadonlySet<number>,
  globs: readonly ProcessGlob[],
): Protection | null {
  const { pid } = process;
  const untouchable = untouchableProcess(pid, ownPids);
  if (untouchable !== null) return { id: untouchable.is, why: untouchable.why };
  const name = valueOr(process.name, null);
  const program = programOf(process.exe);
  if (name === null && program === null) {
    return { id: 'owner-unknown', why: `neither name nor program of process ${pid}, which has it, could be read` };
  }
  if (SSH_NAMES.some((known) => known === name || known === program)) {
    return {
      id: 'ssh-session',
      why: `process ${pid}, which has it, serves remote sessions (${program ?? name ?? ''})`,
    };
  }
  return listedProtection(process, globs);
}

function listedProtection(process: ProcessFacts, globs: readonly ProcessGlob[]): Protection | null {
  for (const { text, matches } of globs) {
    const does = matches(process);
    if (does === true) return { id: 'listed-process', why: `process ${process.pid} is protected by '${text}'` };
    if (does === null) {
      const why = `whether '${text}' protects process ${process.pid} could not be read`;
      return { id: 'owner-unknown', why };
    }
  }
  return null;
}

/** One entry of ProtectList.processes, compiled. */
export interface ProcessGlob {
  readonly text: string;
  /** Null: what it is about could not be read. */
  readonly matches: (process: ProcessFacts) => boolean | null;
}

/** Compiles a glob: `*` is any text, also with slashes, `?` any one character. */
export function compileProcessGlob(text: string): ProcessGlob {
  if (text.includes('/')) return { text, matches: ({ exe }) => fits(text, exe, pathOf) };
  if (UNIT.test(text)) return { text, matches: ({ unit }) => fits(text, unit, (value) => value) };
  return { text, matches: (process) => fitsName(text, process) };
}

/** The name of a process is cut after 15 bytes and can be changed by it, the file it runs is neither. */
function fitsName(text: string, { name, exe }: ProcessFacts): boolean | null {
  const [literal = ''] = text.split('*', 1);
  const cut = literal.length > COMM_BYTES ? literal.slice(0, COMM_BYTES) : text;
  const byName = fits(cut, name, (value) => value);
  const byProgram = fits(text, exe, (value) => baseName(pathOf(value)));
  if (byName === true || byProgram === true) return true;
  return byName === null || byProgram === null ? null : false;
}

function fits<T>(glob: string, reading: Reading<T>, textOf: (value: T) => string | null): boolean | null {
  if (!reading.known) return null;
  const text = textOf(reading.value);
  return text !== null && matchesGlob(glob, text);
}

/** Linear but for `*`, each of which is tried at every place once: no pattern of regular expressions is made of foreign text. */
function matchesGlob(glob: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let tried = 0;
  while (place < text.length) {
    if (glob[at] === '*') {
      star = at++;
      tried = place;
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[place])) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++tried;
    } else return false;
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

function programOf(exe: Reading<string>): string | null {
  return exe.known ? baseName(pathOf(exe.value)) : null;
}

/** The kernel marks the path of a file that was replaced (d_path, fs/d_path.c): an upgrade must not lift a protection. */
function pathOf(exe: string): string {
  return exe.replace(/ \(deleted\)$/, '');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
