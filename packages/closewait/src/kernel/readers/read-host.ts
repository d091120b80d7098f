import { decodeText } from '@closewait/core/codec';
import type { HostFacts, KernelSource } from '@closewait/core/facts';

/** Name, kernel release and boot of the machine; a value that cannot be read is `unknown`, spelt out. */
export function readHost(source: KernelSource): HostFacts {
  const read = (path: string): string => {
    const bytes = source.readFile(path);
    return bytes.known ? decodeText(bytes.value).trim() : 'unknown';
  };
  return {
    name: read('/proc/sys/kernel/hostname'),
    kernel: read('/proc/sys/kernel/osrelease'),
    bootId: read('/proc/sys/kernel/random/boot_id'),
  };
}
