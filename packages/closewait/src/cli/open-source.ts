import { readFileSync } from 'node:fs';
import { ClosewaitError, type KernelSource } from '@closewait/core/facts';
import { LiveSource, openRecording } from '../kernel/index.ts';

/**
 * The running kernel, or a recording of one.
 *
 * @throws ClosewaitError `usage`: the file cannot be read or is no recording.
 */
export async function openSource(from: string | undefined): Promise<KernelSource> {
  return from === undefined ? new LiveSource() : openRecording(readRecording(from), from);
}

function readRecording(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code;
    if (errno === undefined) throw cause;
    throw new ClosewaitError('usage', `cannot read the recording ${path}: ${errno}`, {
      errno,
      cause,
      hint: 'name a file that `closewait record -o FILE` wrote',
    });
  }
}
