import type { SocketFacts } from '../facts/index.ts';
import type { Evidence } from './finding.ts';
import type { Progress, Traits } from './traits.ts';

/** How far a process got with what its connections received, counted as they come. */
export class QueueCounts {
  readonly #progress = new Map<Progress, number>();
  neverWrote = 0;
  unsent = 0;

  add({ txQueueBytes }: SocketFacts, { progress, answered }: Traits): void {
    this.#count(progress, 1);
    if (txQueueBytes > 0) this.unsent++;
    if (!answered && progress !== 'unknown') this.neverWrote++;
  }

  addAll(counts: QueueCounts): void {
    for (const progress of counts.inOrder) this.#count(progress, counts.of(progress));
    this.neverWrote += counts.neverWrote;
    this.unsent += counts.unsent;
  }

  of(progress: Progress): number {
    return this.#progress.get(progress) ?? 0;
  }

  /** What there is, in the order in which it came. */
  get inOrder(): readonly Progress[] {
    return [...this.#progress.keys()];
  }

  #count(progress: Progress, count: number): void {
    this.#progress.set(progress, this.of(progress) + count);
  }
}

/**
 * What the queues tell. Recv-Q counts an unread FIN as 1 and so does tcpi_bytes_received, so equal numbers mean that
 * not one byte was read. Recv-Q 0 does not mean that read() has returned 0: a FIN that arrives while data waits is
 * consumed by the read that takes the last byte (measured: 100 bytes read, Recv-Q 101 to 0, no read of 0).
 */
export function queueEvidence(counts: QueueCounts, all: number): readonly Evidence[] {
  const rows: readonly (readonly [id: string, count: number, says: string])[] = [
    ['bytes-never-read', counts.of('untouched'), 'not one byte was read (Recv-Q equals the bytes received)'],
    ['fin-unread', counts.of('fin-unread'), 'everything but the FIN was read (Recv-Q 1)'],
    ['partly-read', counts.of('partly-read'), 'a part was read, the rest waits in Recv-Q'],
    [
      'fin-consumed',
      counts.of('consumed'),
      'the FIN left the queue (Recv-Q 0), which does not prove that the program saw it',
    ],
    ['queues-unknown', counts.of('unknown'), 'the kernel gave no byte counts'],
    ['never-wrote', counts.neverWrote, 'this side never sent a byte'],
    ['unsent-data', counts.unsent, 'the peer has not acknowledged all that was sent (Send-Q above 0)'],
  ];
  return rows
    .filter(([, count]) => count > 0)
    .map(([id, count, says]) => ({ id, says: `${subjectOf(count, all)}${says}`, value: count }));
}

function subjectOf(count: number, all: number): string {
  if (all === 1) return '';
  if (count < all) return `on ${count} of ${all} connections `;
  return all === 2 ? 'on both connections ' : `on all ${all} connections `;
}
