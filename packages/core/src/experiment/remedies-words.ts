import { formatDuration } from '../report/index.ts';
import type { CellSegment, CellTransition, MeasuredCell } from './remedies-document.ts';

const OWN_END = 'own';

/** How one end went: `CLOSE-WAIT, LAST-ACK after 3 ms, CLOSED after 3 ms`. */
export function describeTransitions(transitions: readonly CellTransition[], end: CellTransition['end']): string {
  return transitions
    .filter((transition) => transition.end === end)
    .map(({ state, atMs }, index) => (index === 0 ? state : `${state} ${after(atMs)}`))
    .join(', ');
}

/** `after 2.5 s`; `at once` below 1 ms. */
function after(ms: number): string {
  return ms < 1 ? 'at once' : `after ${formatDuration(ms)}`;
}

/** `send ECONNABORTED (12 ms)`. */
export function describeCalls(
  calls: readonly { readonly call: string; readonly answer: string; readonly atMs?: number }[],
): string {
  if (calls.length === 0) return 'nothing';
  return calls
    .map(({ call, answer, atMs }) => `${call} ${answer}${atMs === undefined ? '' : ` (${after(atMs)})`}`)
    .join(', ');
}

/** `-> FIN,ACK`, `<- RST x 2`: arrows as seen from the program's end. */
function describeSegment({ by, says, count }: CellSegment): string {
  return `${by === OWN_END ? '→' : '←'} ${says}${count === 1 ? '' : ` × ${count}`}`;
}

/** What the peer's TCP has seen: the segments of this end that came to it. */
export function describeWire({ segments, peer }: MeasuredCell): string {
  if (segments.length === 0) return 'no segment';
  const text = segments.map(describeSegment).join(', ');
  return peer === 'vanished' ? `${text}; none of ours with data, FIN or RST arrived` : text;
}

const KEPT = {
  descriptor: 'descriptor',
  'accept-queue': 'place in the accept queue',
  message: 'message with the descriptor',
} as const;

/** `out of CLOSE-WAIT after 3 ms`, `LAST-ACK`, `stays`. */
export function describeConnection({ connection }: MeasuredCell): string {
  const { result, leftAfterMs, state } = connection;
  if (result === 'stayed') return 'stays in CLOSE-WAIT';
  const when = leftAfterMs === null ? '' : ` ${after(leftAfterMs)}`;
  return result === 'ended' ? `ended${when}` : `${state}${when}`;
}

export function describeDescriptor({ descriptor }: MeasuredCell): string {
  const what = KEPT[descriptor.heldBy];
  if (!descriptor.freed) return `${what} kept`;
  return `${what} free${descriptor.afterMs === null ? '' : ` ${after(descriptor.afterMs)}`}`;
}

export function describeWorker({ worker }: MeasuredCell): string {
  if (worker.result === 'free') return 'worker serves all along';
  if (worker.result === 'lost') return 'worker lost';
  return `worker free${worker.afterMs === null ? '' : ` ${after(worker.afterMs)}`}`;
}
