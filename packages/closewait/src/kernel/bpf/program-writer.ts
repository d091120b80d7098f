import { Assembler, type Register, type Size } from './assembler.ts';
import type { FieldName, Layout } from './layout.ts';

/** Helpers of the kernel, enum bpf_func_id of linux/bpf.h. */
export const HELPER = {
  /** Gives a socket its cookie where it has none yet, as sock_diag does. */
  getSocketCookie: 46,
  probeReadKernel: 113,
  probeReadKernelStr: 115,
  jiffies64: 118,
  seqWrite: 127,
  skcToTcpSock: 137,
  sockFromFile: 162,
} as const;

/** How the kernel turns jiffies into milliseconds: jiffies_to_msecs, kernel/time/time.c, for HZ up to 1000. */
export interface ClockRate {
  readonly hz: number;
}

/** An assembler that knows kernel memory by name. */
export class ProgramWriter extends Assembler {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    super();
    this.#layout = layout;
  }

  offsetOf(name: FieldName): number {
    return this.#layout.fields[name].offset;
  }

  /** Reads a member of what `base` points to, as a number; the bits of a bit field alone. */
  read(to: Register, base: Register, name: FieldName): this {
    const { offset, size, bits } = this.#layout.fields[name];
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) throw new Error(`${name} has ${size} bytes`);
    this.load(size, to, base, offset);
    if (bits !== null && bits.shift > 0) this.compute(to, 'shiftRight', bits.shift);
    return bits === null ? this : this.compute(to, 'and', 2 ** bits.count - 1);
  }

  /** Copies a member into the record, in its own length or the first `size` bytes. Uses r1. */
  copy(base: Register, name: FieldName, size: Size, to: number): this {
    return this.read('r1', base, name).store(size, 'r10', to, 'r1');
  }

  /** Copies sixteen bytes in words: the verifier knows an IPv6 address as an array of them. Uses r1. */
  copySixteen(base: Register, name: FieldName, to: number): this {
    for (let at = 0; at < 16; at += 4)
      this.load(4, 'r1', base, this.offsetOf(name) + at).store(4, 'r10', to + at, 'r1');
    return this;
  }

  /** Turns the jiffies in a register, which is not negative, into milliseconds. */
  toMilliseconds(register: Register, { hz }: ClockRate): this {
    const divisor = greatestCommonDivisor(1000, hz);
    this.compute(register, 'multiply', 1000 / divisor);
    return hz === divisor ? this : this.compute(register, 'divide', hz / divisor);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
