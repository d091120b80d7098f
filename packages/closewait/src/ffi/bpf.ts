import { Descriptor } from './descriptor.ts';
import { addressOf, libcFunction } from './libc.ts';
import { answered, type SystemFailure, type SystemResult } from './system-call.ts';

/** asm/unistd_64.h of x86, asm-generic/unistd.h of the others. */
const NR_BPF: Partial<Record<NodeJS.Architecture, number>> = { x64: 321, arm64: 280, riscv64: 280, loong64: 280 };

/** Commands of linux/bpf.h. */
const BPF_PROG_LOAD = 5;
const BPF_LINK_CREATE = 28;
const BPF_ITER_CREATE = 33;

const BPF_PROG_TYPE_TRACING = 26;
const BPF_TRACE_ITER = 28;

/** Offsets in union bpf_attr of BPF_PROG_LOAD, up to and with attach_btf_id (Linux 5.5). */
const LOAD_AT = {
  type: 0,
  instructionCount: 4,
  instructions: 8,
  licence: 16,
  logLevel: 24,
  logSize: 28,
  log: 32,
  name: 48,
  expectedAttachType: 68,
  attachBtfId: 108,
} as const;
const LOAD_BYTES = 112;
const INSTRUCTION_BYTES = 8;
const LOG_BYTES = 65_536;
/** BPF_OBJ_NAME_LEN less its end. */
const MOST_NAME_BYTES = 15;

const bpfCall = libcFunction<[number, number, Uint8Array, number]>('long syscall(long, long, void*, long)');

/** Buffers of which the kernel has the address: an address alone does not keep them from being collected during a call. */
const inUse = new Set<readonly Uint8Array[]>();

/**
 * bpf(2) with the attributes of one command, in the layout of union bpf_attr. `buffers`: those whose addresses stand in
 * them.
 */
export function bpf(
  op: string,
  command: number,
  attributes: Uint8Array,
  buffers: readonly Uint8Array[] = [],
): SystemResult<number> {
  const number = NR_BPF[process.arch];
  if (number === undefined) return { ok: false, op, errno: 'ENOSYS' };
  inUse.add(buffers);
  try {
    for (let attempt = 1; ; attempt++) {
      const result = answered(op, Number(bpfCall(number, command, attributes, attributes.length)));
      if (result.ok || result.errno !== 'EAGAIN' || attempt === MOST_ATTEMPTS) return result;
    }
  } finally {
    inUse.delete(buffers);
  }
}

/** The verifier gives up where a signal is pending (do_check, kernel/bpf/verifier.c): a profiler's, or that of a child that ended. */
const MOST_ATTEMPTS = 50;

/** A program for an iterator, as bytes of struct bpf_insn. */
export interface IteratorProgram {
  /** For `bpftool prog`: at most 15 characters. */
  readonly name: string;
  readonly instructions: Uint8Array;
  /** BTF id of the kernel function `bpf_iter_…` whose arguments it takes. */
  readonly attachBtfId: number;
}

/**
 * An iterator of the kernel with our program in it: bpf(2), BPF_PROG_LOAD and BPF_LINK_CREATE. Runs nothing until it is
 * opened. Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, of the initial user namespace (EPERM). EACCES: the verifier
 * refused the program, and `op` ends with what it said; EINVAL: no such function; ENOSYS: a kernel without BPF.
 */
export class BpfIterator implements Disposable {
  readonly #link: Descriptor;

  private constructor(link: Descriptor) {
    this.#link = link;
  }

  static load(program: IteratorProgram): SystemResult<BpfIterator> {
    const loaded = loadProgram((log) => loadAttributes(program, log), [program.instructions]);
    if (!loaded.ok) return loaded;
    // The link keeps the program.
    using held = new Descriptor(loaded.value);
    const attributes = Buffer.alloc(16);
    attributes.writeUInt32LE(held.fd, 0);
    attributes.writeUInt32LE(BPF_TRACE_ITER, 8);
    const linked = bpf('BPF_LINK_CREATE', BPF_LINK_CREATE, attributes);
    return linked.ok ? { ok: true, value: new BpfIterator(new Descriptor(linked.value)) } : linked;
  }

  /**
   * A descriptor from which one walk is read, to be closed by the caller. The walk has the pid namespace, and for
   * sockets the network namespace, of the thread that opens it.
   */
  open(): SystemResult<number> {
    const attributes = Buffer.alloc(8);
    attributes.writeUInt32LE(this.#link.fd, 0);
    return bpf('BPF_ITER_CREATE', BPF_ITER_CREATE, attributes);
  }

  [Symbol.dispose](): void {
    this.#link.close();
  }
}

/** Loads a program, and says with a refusal what the verifier did not like. */
export function loadProgram(
  attributesOf: (log: Buffer | null) => Buffer,
  buffers: readonly Uint8Array[],
): SystemResult<number> {
  const loaded = bpf('BPF_PROG_LOAD', BPF_PROG_LOAD, attributesOf(null), buffers);
  if (loaded.ok || (loaded.errno !== 'EACCES' && loaded.errno !== 'EINVAL')) return loaded;
  // Asked once more for the reason only: writing the log makes the verifier twice as slow.
  const log = Buffer.alloc(LOG_BYTES);
  const again = bpf('BPF_PROG_LOAD', BPF_PROG_LOAD, attributesOf(log), [...buffers, log]);
  return again.ok ? again : withReason(again, log);
}

function loadAttributes({ name, instructions, attachBtfId }: IteratorProgram, log: Buffer | null): Buffer {
  const attributes = programAttributes(BPF_PROG_TYPE_TRACING, { name, instructions }, log);
  attributes.writeUInt32LE(BPF_TRACE_ITER, LOAD_AT.expectedAttachType);
  attributes.writeUInt32LE(attachBtfId, LOAD_AT.attachBtfId);
  return attributes;
}

/** What every program has: its type of enum bpf_prog_type, its name and its instructions. */
export function programAttributes(
  type: number,
  { name, instructions }: Pick<IteratorProgram, 'name' | 'instructions'>,
  log: Buffer | null,
): Buffer {
  const attributes = Buffer.alloc(LOAD_BYTES);
  attributes.writeUInt32LE(type, LOAD_AT.type);
  attributes.writeUInt32LE(instructions.length / INSTRUCTION_BYTES, LOAD_AT.instructionCount);
  attributes.writeBigUInt64LE(addressOf(instructions), LOAD_AT.instructions);
  attributes.writeBigUInt64LE(addressOf(LICENCE), LOAD_AT.licence);
  attributes.write(name.slice(0, MOST_NAME_BYTES), LOAD_AT.name, 'latin1');
  if (log !== null) {
    attributes.writeUInt32LE(1, LOAD_AT.logLevel);
    attributes.writeUInt32LE(log.length, LOAD_AT.logSize);
    attributes.writeBigUInt64LE(addressOf(log), LOAD_AT.log);
  }
  return attributes;
}

/** What the kernel demands of a program that calls a helper marked gpl_only (Documentation/bpf/bpf_licensing.rst). */
const LICENCE = Buffer.from('GPL\0');

/** The verifier's last words before its statistics, for example `invalid bpf_context access off=32 size=8`. */
function withReason(failure: SystemFailure, log: Buffer): SystemFailure {
  const end = log.indexOf(0);
  const lines = log.toString('latin1', 0, end < 0 ? log.length : end).split('\n');
  const reason = lines.findLast((line) => line !== '' && !line.startsWith('processed '));
  return reason === undefined ? failure : { ...failure, op: `${failure.op} (${reason})` };
}
