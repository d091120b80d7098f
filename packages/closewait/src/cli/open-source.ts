import { readFileSync } from 'node:fs';
import { ClosewaitError, type KernelSource } from '@closewait/core/facts';
import { LiveSource, openRecording } from '../kernel/index.ts';

/** Switches BPF off, so that anybody can compare what is seen, and how fast, without it. */
const BPF_SWITCH = 'CLOSEWAIT_BPF';

/**
 * The running kernel. `CLOSEWAIT_BPF=off` in `env`: without BPF.
 *
 * @throws ClosewaitError `usage`: another value of CLOSEWAIT_BPF than `on` and `off`.
 */
export function openLiveSource(env: Readonly<NodeJS.ProcessEnv> = process.env): KernelSource {
  const value = env[BPF_SWITCH] ?? 'on';
  if (value !== 'on' && value !== 'off') {
    throw new ClosewaitError('usage', `${BPF_SWITCH} is neither on nor off: ${JSON.stringify(value)}`);
  }
  return new LiveSource({ bpf: value === 'on' });
}

/**
 * The running kernel, or a recording of one.
 *
 * @throws ClosewaitError `usage`: the file cannot be read or is no recording.
 */
export async function openSource(from: string | undefined): Promise<KernelSource> {
  return from === undefined ? openLiveSource() : openRecording(readRecording(from), from);
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
