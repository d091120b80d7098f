import type { KernelSource } from '@closewait/core/facts';
import type { RecorderOptions } from './recorder.ts';

// Most runs neither read nor write a recording: what that needs is loaded when it is asked for.

/**
 * A recording as a kernel source; `fileName` is for messages.
 *
 * @throws ClosewaitError `usage`: not a recording, of a newer format, or damaged (with the byte offset).
 */
export async function openRecording(bytes: Uint8Array, fileName: string): Promise<KernelSource> {
  const { Replayer } = await import('./replayer.ts');
  return new Replayer(bytes, fileName);
}

/**
 * A kernel source that writes down what `source` answers. `write` gets whole lines in order; closing the recorder
 * writes the last one.
 */
export async function startRecording(
  source: KernelSource,
  write: (line: string) => void,
  options: RecorderOptions,
): Promise<KernelSource> {
  const { Recorder } = await import('./recorder.ts');
  return new Recorder(source, write, options);
}
