import { type Decoded, describeProblem } from '@closewait/core/codec';
import { type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';

/** Reads and decodes one file below /proc or /sys. */
export function decodeFile<T>(
  source: KernelSource,
  path: string,
  decode: (bytes: Uint8Array) => Decoded<T>,
): Reading<T> {
  const bytes = source.readFile(path);
  if (!bytes.known) return bytes;
  const value = decode(bytes.value);
  return value.ok ? known(value.value) : unknown('garbled', `${path}: ${describeProblem(value.problem)}`);
}
