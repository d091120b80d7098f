import { formatBytes, formatCount, formatDuration } from '../../report/index.ts';
import type { TraceCall, TraceThread } from './trace-document.ts';

/** Calls whose result is what they wait for: they are shown when they return, the others when they are made. */
const ANSWERS: readonly string[] = ['accept', 'accept4', 'read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg'];
const WRITES: readonly string[] = ['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg'];
const READS_EOF: readonly string[] = ['read', 'readv', 'recvfrom', 'recvmsg'];
/** Longer than any call that does not wait. */
const WAITED_MS = 10;

export function isAnswer({ call }: TraceCall): boolean {
  return ANSWERS.includes(call);
}

/** The read that tells of the peer's FIN. */
export function isEndOfFile({ call, result, askedBytes }: TraceCall): boolean {
  return READS_EOF.includes(call) && result === 0 && askedBytes !== 0;
}

/** Whether it came back late enough for its return to be a moment of its own. */
export function hasWaited({ at, returnedAt, times }: TraceCall): boolean {
  return times === 1 && returnedAt !== null && returnedAt - at >= WAITED_MS;
}

/** `read(22) = 0`, `write(22, 1.0 MB) has not returned`. */
export function describeCall(call: TraceCall): string {
  return `${callHead(call)}${describeResult(call)}${describeTimes(call)}`;
}

function describeTimes({ times, at, returnedAt }: TraceCall): string {
  if (times === 1) return '';
  const lasted = returnedAt === null ? 0 : returnedAt - at;
  return `, ${formatCount(times)} times${lasted >= 1 ? ` in ${formatDuration(lasted)}` : ''}`;
}

/** A call that waits: its first row. */
export function describeEntry(call: TraceCall): string {
  return `${callHead(call)} …`;
}

/** Its second row. */
export function describeReturn(call: TraceCall): string {
  return `… ${describeCall(call)}`;
}

function callHead({ call, fd, how, askedBytes, result }: TraceCall): string {
  if (call === 'exit_group') return 'exits';
  // What was asked for tells something where another number came of it.
  const asked = WRITES.includes(call) && askedBytes !== null && askedBytes !== result ? formatBytes(askedBytes) : null;
  const argument = how?.replace('EPOLL_CTL_', '') ?? asked;
  return `${call}(${[fd, argument].filter((part) => part !== null).join(', ')})`;
}

function describeResult({ call, at, returnedAt, result, error, times }: TraceCall): string {
  if (call === 'exit_group') return '';
  if (returnedAt === null) return ' has not returned';
  const waited = times === 1 && ANSWERS.includes(call) && !call.startsWith('accept') && returnedAt - at >= WAITED_MS;
  const after = waited ? ` after ${formatDuration(returnedAt - at)}` : '';
  return error === null ? ` = ${result}${after}` : `: ${error}${after}`;
}

/** `in read(23), connection 2`, `stopped`. */
export function describeThread({ does, call, fd, about }: TraceThread): string {
  if (does === 'running') return 'runs, waits for nothing';
  if (does === 'stopped') return 'stopped';
  if (does === 'waiting') return 'waits outside of any call';
  if (does === 'unknown' || call === null) return 'what it does cannot be read';
  const of = about === null ? '' : `, ${about}`;
  return `in ${call}${fd === null ? '' : `(${fd})`}${of}`;
}
