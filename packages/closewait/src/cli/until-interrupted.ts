import { ClosewaitError } from '@closewait/core/facts';

/** Runs work that has to clean up: upon SIGINT or SIGTERM its signal aborts, and the work ends by itself. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new ClosewaitError('internal', 'interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
