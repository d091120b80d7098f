import { decodeText } from '@closewait/core/codec';
import { type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';

/** linux/capability.h */
const BITS = { CAP_KILL: 5n, CAP_SYS_PTRACE: 19n, CAP_SYS_RESOURCE: 24n } as const;
/** One that a method of `close` needs for what others have. */
export type Capability = keyof typeof BITS;

/** Whether this process has a capability, in whichever user namespace it is. */
export function hasCapability(source: KernelSource, name: Capability): Reading<boolean> {
  const status = source.readFile('/proc/self/status');
  if (!status.known) return status;
  const effective = /^CapEff:\t([\da-f]+)$/m.exec(decodeText(status.value))?.[1];
  if (effective === undefined) return unknown('garbled', '/proc/self/status: no line CapEff');
  return known(((BigInt(`0x${effective}`) >> BITS[name]) & 1n) === 1n);
}
