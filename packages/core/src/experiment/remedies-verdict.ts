import type { MeasuredCell } from './remedies-document.ts';

/**
 * What a cell comes to, in one word.
 *
 * - `all`: connection, descriptor and worker are free.
 * - `connection-and-descriptor`: the worker stays lost.
 * - `connection`: the kernel has let go of it, the program has not: closed but held.
 * - `half`: it has left CLOSE-WAIT, and neither the connection nor the descriptor is free.
 * - `descriptor`: the number is free, the connection is not: nobody can be seen to hold it.
 * - `worker`: the worker goes on, and connection and descriptor stay.
 * - `none`: all is as it was.
 */
export type CellVerdict =
  | 'all'
  | 'connection-and-descriptor'
  | 'connection'
  | 'half'
  | 'descriptor'
  | 'worker'
  | 'none';

/** What a remedy gave back in one cell. */
export function judgeCell({ connection, descriptor, worker }: MeasuredCell): CellVerdict {
  const ended = connection.result === 'ended';
  if (ended && descriptor.freed) return worker.result === 'lost' ? 'connection-and-descriptor' : 'all';
  if (ended) return 'connection';
  if (descriptor.freed) return 'descriptor';
  if (connection.result === 'moved') return 'half';
  return worker.result === 'freed' ? 'worker' : 'none';
}
