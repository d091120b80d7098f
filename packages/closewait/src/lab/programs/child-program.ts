import { writeSync } from 'node:fs';
import { formatEndpoint } from '@closewait/core/facts';
import {
  AF_INET,
  bindIpv4,
  describeFailure,
  dieWithParent,
  listenOn,
  openPipe,
  openSocket,
  readInto,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  type SystemResult,
} from '../../ffi/index.ts';
import { SAYS } from './contract.ts';

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

/** A listener on 127.0.0.1 that no child inherits. */
export function listenAt(port: number): number {
  const BACKLOG = 64;
  const local = { address: '127.0.0.1', port };
  const listener = must(openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  must(bindIpv4(listener, local));
  must(listenOn(listener, BACKLOG));
  say(`${SAYS.ready} ${formatEndpoint(local)}`);
  return listener;
}

/** Waits until the scenario says a word: LabProcess.tell(). */
export function waitForWord(): void {
  must(readInto(0, Buffer.alloc(1)));
}

/** A pipe into which nobody writes stands for the backend or the disk that does not answer. */
export function waitForNothing(): void {
  must(readInto(must(openPipe()).readEnd, Buffer.alloc(1)));
}
