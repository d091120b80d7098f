import { bpf, loadProgram, programAttributes } from './bpf.ts';
import { Descriptor } from './descriptor.ts';
import { addressOf } from './libc.ts';
import type { SystemResult } from './system-call.ts';

/** Commands of linux/bpf.h. */
const BPF_MAP_CREATE = 0;
const BPF_MAP_LOOKUP_ELEM = 1;
const BPF_MAP_UPDATE_ELEM = 2;
const BPF_PROG_TEST_RUN = 10;
const BPF_BTF_LOAD = 18;

const BPF_MAP_TYPE_ARRAY = 2;
const BPF_PROG_TYPE_SYSCALL = 31;

/** Offsets in union bpf_attr of BPF_PROG_LOAD. */
const TYPES_AT = { btfFd: 72, functionSize: 76, functions: 80, functionCount: 88 } as const;
/** struct bpf_func_info: offset in instructions, id of its type. */
const FUNCTION_BYTES = 8;
const KEY_BYTES = 4;

/** Types of a program of ours and of its maps: a BTF section, BPF_BTF_LOAD. Needs CAP_BPF (EPERM). */
export class BpfTypes implements Disposable {
  readonly fd: number;
  readonly #descriptor: Descriptor;

  private constructor(fd: number) {
    this.fd = fd;
    this.#descriptor = new Descriptor(fd);
  }

  static load(btf: Uint8Array): SystemResult<BpfTypes> {
    const attributes = Buffer.alloc(32);
    attributes.writeBigUInt64LE(addressOf(btf), 0);
    attributes.writeUInt32LE(btf.length, 16);
    const loaded = bpf('BPF_BTF_LOAD', BPF_BTF_LOAD, attributes, [btf]);
    return loaded.ok ? { ok: true, value: new BpfTypes(loaded.value) } : loaded;
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

/** A map of one element. */
export interface BpfMapShape {
  readonly name: string;
  readonly valueBytes: number;
  /** Where the kernel has to know what lies in the value. */
  readonly types?: { readonly btf: BpfTypes; readonly keyType: number; readonly valueType: number };
}

/** One value that a program of ours and this process share: BPF_MAP_TYPE_ARRAY with one element. Needs CAP_BPF (EPERM). */
export class BpfMap implements Disposable {
  /** For the program's instructions. */
  readonly fd: number;
  readonly #descriptor: Descriptor;
  readonly #valueBytes: number;

  private constructor(fd: number, valueBytes: number) {
    this.fd = fd;
    this.#descriptor = new Descriptor(fd);
    this.#valueBytes = valueBytes;
  }

  static create({ name, valueBytes, types }: BpfMapShape): SystemResult<BpfMap> {
    const attributes = Buffer.alloc(72);
    for (const [index, word] of [BPF_MAP_TYPE_ARRAY, KEY_BYTES, valueBytes, 1].entries())
      attributes.writeUInt32LE(word, 4 * index);
    attributes.write(name, 28, 'latin1');
    if (types !== undefined) {
      attributes.writeUInt32LE(types.btf.fd, 48);
      attributes.writeUInt32LE(types.keyType, 52);
      attributes.writeUInt32LE(types.valueType, 56);
    }
    const created = bpf('BPF_MAP_CREATE', BPF_MAP_CREATE, attributes);
    return created.ok ? { ok: true, value: new BpfMap(created.value, valueBytes) } : created;
  }

  /** Replaces the value; work that waits in it is taken back (bpf_obj_free_fields, kernel/bpf/syscall.c). */
  write(value: Uint8Array): SystemResult<number> {
    return this.#ask('BPF_MAP_UPDATE_ELEM', BPF_MAP_UPDATE_ELEM, value);
  }

  /** The value as it is now; a program may be writing. */
  read(): SystemResult<Buffer> {
    const value = Buffer.alloc(this.#valueBytes);
    const read = this.#ask('BPF_MAP_LOOKUP_ELEM', BPF_MAP_LOOKUP_ELEM, value);
    return read.ok ? { ok: true, value } : read;
  }

  #ask(op: string, command: number, value: Uint8Array): SystemResult<number> {
    // The kernel copies as many bytes as the map was created with.
    if (value.length !== this.#valueBytes) return { ok: false, op, errno: 'EINVAL' };
    const key = Buffer.alloc(KEY_BYTES);
    const attributes = Buffer.alloc(32);
    attributes.writeUInt32LE(this.fd, 0);
    attributes.writeBigUInt64LE(addressOf(key), 8);
    attributes.writeBigUInt64LE(addressOf(value), 16);
    return bpf(op, command, attributes, [key, value]);
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

/** A program that runs when it is told to. */
export interface SystemProgramParts {
  /** For `bpftool prog`: at most 15 characters. */
  readonly name: string;
  readonly instructions: Uint8Array;
  readonly types: BpfTypes;
  /** Each function: the instruction at which it begins, and the id of its type in `types`, in that order. */
  readonly functions: readonly (readonly [instruction: number, type: number])[];
}

/**
 * A BPF program of type SYSCALL: it runs in this process when it is told to. Needs CAP_BPF, and CAP_PERFMON for reading
 * kernel memory (EPERM). EACCES, EINVAL: the verifier refused it, and `op` ends with what it said.
 */
export class SystemProgram implements Disposable {
  readonly #descriptor: Descriptor;

  private constructor(fd: number) {
    this.#descriptor = new Descriptor(fd);
  }

  static load({ name, instructions, types, functions }: SystemProgramParts): SystemResult<SystemProgram> {
    const infos = Buffer.alloc(FUNCTION_BYTES * functions.length);
    for (const [index, [instruction, type]] of functions.entries()) {
      infos.writeUInt32LE(instruction, FUNCTION_BYTES * index);
      infos.writeUInt32LE(type, FUNCTION_BYTES * index + 4);
    }
    const attributesOf = (log: Buffer | null): Buffer => {
      const attributes = programAttributes(BPF_PROG_TYPE_SYSCALL, { name, instructions }, log);
      // BPF_F_SLEEPABLE: the only way in which this type runs.
      attributes.writeUInt32LE(1 << 4, 44);
      attributes.writeUInt32LE(types.fd, TYPES_AT.btfFd);
      attributes.writeUInt32LE(FUNCTION_BYTES, TYPES_AT.functionSize);
      attributes.writeBigUInt64LE(addressOf(infos), TYPES_AT.functions);
      attributes.writeUInt32LE(functions.length, TYPES_AT.functionCount);
      return attributes;
    };
    const loaded = loadProgram(attributesOf, [instructions, infos]);
    return loaded.ok ? { ok: true, value: new SystemProgram(loaded.value) } : loaded;
  }

  /** Runs it once, BPF_PROG_TEST_RUN, and answers what it returned: a signed 32-bit number. */
  run(): SystemResult<number> {
    const attributes = Buffer.alloc(80);
    attributes.writeUInt32LE(this.#descriptor.fd, 0);
    const ran = bpf('BPF_PROG_TEST_RUN', BPF_PROG_TEST_RUN, attributes);
    return ran.ok ? { ok: true, value: attributes.readInt32LE(4) } : ran;
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}
