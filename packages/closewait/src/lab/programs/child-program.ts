import { writeSync } from 'node:fs';
import { describeFailure, dieWithParent, type SystemResult } from '../../ffi/index.ts';

/** Prints a line at once. These programs sit in system calls and never come back to an event loop that would write. */
export function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** The value of a call without which the program makes no sense; otherwise the last line on stderr says why it ended. */
export function must<T>(result: SystemResult<T>): T {
  if (!result.ok) {
    writeSync(2, `${describeFailure(result)}\n`);
    process.exit(1);
  }
  return result.value;
}

/**
 * Ends this program with the one that started it, even inside a blocking call; nothing to do where it was started by
 * hand. A parent that died before this call leaves another parent behind, and no signal comes: prctl(2).
 */
export function liveWith(parentPid: string | undefined): void {
  if (parentPid === undefined) return;
  must(dieWithParent());
  if (process.ppid !== Number(parentPid)) {
    process.exit(1);
  }
}
