import { isEndOfFile } from './call-words.ts';
import type { TraceCall, TraceEnd, TraceEvent } from './trace-document.ts';

/** Longer than any call that does not wait. */
const AT_ONCE_MS = 1;

/** The same call with the same answer, again and again, is one; a runtime may do other things in between. */
export function mergeCalls(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const merged: TraceEvent[] = [];
  const latest: Partial<Record<TraceEnd, number>> = {};
  for (const event of events) {
    const at = event.kind === 'call' ? latest[event.end] : undefined;
    const before = at === undefined ? undefined : merged[at];
    if (event.kind === 'call' && at !== undefined && before?.kind === 'call' && isSameAgain(before, event)) {
      merged[at] = { ...before, returnedAt: event.returnedAt, times: before.times + event.times };
      continue;
    }
    if (event.kind === 'call') latest[event.end] = merged.length;
    merged.push(event);
  }
  return merged;
}

/** Only what tells nothing new: the end of file over and over, or an error. */
function isSameAgain(a: TraceCall, b: TraceCall): boolean {
  const isIdle = b.error !== null || (b.result === 0 && isEndOfFile(b));
  const isSame = a.call === b.call && a.fd === b.fd && a.tid === b.tid && a.result === b.result && a.error === b.error;
  const hasNotWaited = a.times > 1 || (a.returnedAt !== null && a.returnedAt - a.at < AT_ONCE_MS);
  return isIdle && isSame && hasNotWaited && b.returnedAt !== null;
}
