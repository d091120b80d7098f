import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, lineValue, parseWhole } from './text.ts';

/** The part of /proc/PID/status that is used, see proc_pid_status(5). */
export interface ProcStatus {
  /** `comm` with the kernel's escapes undone. */
  readonly name: string;
  /** Thread-group id: the pid where the file is a thread's. */
  readonly threadGroupId: number;
  readonly parentPid: number;
  readonly realUid: number;
  /** The one that the kernel checks and that owns files in /proc. */
  readonly effectiveUid: number;
  readonly threads: number;
}

/** `/proc/PID/status`. The kernel escapes newlines in the name, so that no name can forge another line. */
export function decodeProcStatus(bytes: Uint8Array): Decoded<ProcStatus> {
  const text = decodeText(bytes);
  const name = lineValue(text, 'Name:\t');
  const uids = lineValue(text, 'Uid:\t')?.split('\t') ?? [];
  const threadGroupId = parseWhole(lineValue(text, 'Tgid:\t'));
  const parentPid = parseWhole(lineValue(text, 'PPid:\t'));
  const threads = parseWhole(lineValue(text, 'Threads:\t'));
  const realUid = parseWhole(uids[0]);
  const effectiveUid = parseWhole(uids[1]);
  if (
    name === null ||
    threadGroupId === null ||
    parentPid === null ||
    threads === null ||
    realUid === null ||
    effectiveUid === null
  ) {
    return problem('/proc/PID/status', 0, 'the lines Name, Tgid, PPid, Uid and Threads', quoteInput(text));
  }
  return decoded({ name: unescapeName(name), threadGroupId, parentPid, realUid, effectiveUid, threads });
}

/** proc_task_name (fs/proc/array.c) escapes newline and backslash, nothing else. */
function unescapeName(name: string): string {
  return name.replace(/\\(n|\\)/g, (_, escaped) => (escaped === 'n' ? '\n' : '\\'));
}
