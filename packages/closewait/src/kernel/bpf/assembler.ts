/** r0: result of a call; r1 to r5: its arguments, lost by it; r6 to r9: kept; r10: end of the stack, read only. */
export type Register = 'r0' | 'r1' | 'r2' | 'r3' | 'r4' | 'r5' | 'r6' | 'r7' | 'r8' | 'r9' | 'r10';
/** Bytes of a load or store. */
export type Size = 1 | 2 | 4 | 8;
export type Operation = 'add' | 'subtract' | 'multiply' | 'divide' | 'or' | 'and' | 'shiftLeft' | 'shiftRight';
/** Unsigned, except for the last one. */
export type Condition = '==' | '!=' | '>' | 'signed >';

// Encodings of linux/bpf.h and linux/bpf_common.h; RFC 9669.
const SIZE_BITS = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const satisfies Record<Size, number>;
const OPERATION_BITS = {
  add: 0x00,
  subtract: 0x10,
  multiply: 0x20,
  divide: 0x30,
  or: 0x40,
  and: 0x50,
  shiftLeft: 0x60,
  shiftRight: 0x70,
} as const satisfies Record<Operation, number>;
const CONDITION_BITS = { '==': 0x10, '!=': 0x50, '>': 0x20, 'signed >': 0x60 } as const satisfies Record<
  Condition,
  number
>;
const LOAD = 0x61;
const STORE_IMMEDIATE = 0x62;
const STORE = 0x63;
const ALU32 = 0x04;
const JUMP = 0x05;
const ALU64 = 0x07;
const MOVE_BITS = 0xb0;
const CALL = 0x85;
const EXIT = 0x95;
/** Two instructions that load 64 bits; what they mean is in the place of the source register (BPF_PSEUDO_… of linux/bpf.h). */
const LOAD_WIDE = 0x18;
const PSEUDO_MAP = 'r1';
const PSEUDO_FUNCTION = 'r4';
/** BPF_PSEUDO_KFUNC_CALL */
const PSEUDO_KERNEL_FUNCTION = 'r2';
const OF_REGISTER = 0x08;

const INSTRUCTION_BYTES = 8;

interface Instruction {
  readonly code: number;
  readonly to?: Register;
  readonly from?: Register;
  readonly offset?: number;
  readonly immediate?: number;
  readonly label?: string;
  /** The distance to the label is the immediate value, not the offset. */
  readonly isWide?: true;
}

/**
 * Writes a BPF program as bytes of struct bpf_insn. A register or a number may be the second operand; numbers are 32
 * bits wide, signed, and widened to 64.
 */
export class Assembler {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<string, number>();

  load(size: Size, to: Register, base: Register, offset: number): this {
    return this.#add({ code: LOAD | SIZE_BITS[size], to, from: base, offset });
  }

  store(size: Size, base: Register, offset: number, value: Register | number): this {
    return typeof value === 'number'
      ? this.#add({ code: STORE_IMMEDIATE | SIZE_BITS[size], to: base, offset, immediate: value })
      : this.#add({ code: STORE | SIZE_BITS[size], to: base, from: value, offset });
  }

  move(to: Register, value: Register | number): this {
    return this.#operate(ALU64 | MOVE_BITS, to, value);
  }

  /** 64 bits wide. */
  compute(to: Register, operation: Operation, value: Register | number): this {
    return this.#operate(ALU64 | OPERATION_BITS[operation], to, value);
  }

  /** The lower 32 bits; the upper ones become zero. */
  compute32(to: Register, operation: Operation, value: Register | number): this {
    return this.#operate(ALU32 | OPERATION_BITS[operation], to, value);
  }

  jumpIf(register: Register, condition: Condition, value: Register | number, label: string): this {
    const code = JUMP | CONDITION_BITS[condition];
    return typeof value === 'number'
      ? this.#add({ code, to: register, immediate: value, label })
      : this.#add({ code: code | OF_REGISTER, to: register, from: value, label });
  }

  jump(label: string): this {
    return this.#add({ code: JUMP, label });
  }

  /** Where jumps to `label` go. */
  label(label: string): this {
    if (this.#labels.has(label)) throw new Error(`two labels ${label}`);
    this.#labels.set(label, this.#instructions.length);
    return this;
  }

  /** A helper by its number in enum bpf_func_id. */
  call(helper: number): this {
    return this.#add({ code: CALL, immediate: helper });
  }

  /** A function of the kernel by its id in BTF, one that is made for programs (Documentation/bpf/kfuncs.rst). */
  callKernel(btfId: number): this {
    return this.#add({ code: CALL, from: PSEUDO_KERNEL_FUNCTION, immediate: btfId });
  }

  /** A map by its descriptor. */
  loadMap(to: Register, fd: number): this {
    return this.#add({ code: LOAD_WIDE, to, from: PSEUDO_MAP, immediate: fd }).#add({ code: 0 });
  }

  /** The function that begins at `label`, to be handed to whoever calls it back. */
  loadFunction(to: Register, label: string): this {
    return this.#add({ code: LOAD_WIDE, to, from: PSEUDO_FUNCTION, label, isWide: true }).#add({ code: 0 });
  }

  exit(): this {
    return this.#add({ code: EXIT });
  }

  /** Which instruction a label stands before. */
  positionOf(label: string): number {
    const position = this.#labels.get(label);
    if (position === undefined) throw new Error(`no label ${label}`);
    return position;
  }

  /** @throws Error for a jump without its label, or beyond 32,767 instructions: a mistake of whoever wrote the program. */
  encode(): Uint8Array {
    const bytes = new Uint8Array(INSTRUCTION_BYTES * this.#instructions.length);
    const view = new DataView(bytes.buffer);
    for (const [index, { code, to, from, offset = 0, immediate = 0, label, isWide }] of this.#instructions.entries()) {
      const at = INSTRUCTION_BYTES * index;
      // In instructions, from the one behind the jump.
      const distance = label === undefined ? null : this.positionOf(label) - index - 1;
      view.setUint8(at, code);
      view.setUint8(at + 1, numberOf(to) | (numberOf(from) << 4));
      view.setInt16(at + 2, fitting(isWide ? 0 : (distance ?? offset)), true);
      view.setInt32(at + 4, isWide ? (distance ?? 0) : immediate, true);
    }
    return bytes;
  }

  #operate(code: number, to: Register, value: Register | number): this {
    return typeof value === 'number'
      ? this.#add({ code, to, immediate: value })
      : this.#add({ code: code | OF_REGISTER, to, from: value });
  }

  #add(instruction: Instruction): this {
    this.#instructions.push(instruction);
    return this;
  }
}

function numberOf(register: Register | undefined): number {
  return register === undefined ? 0 : Number(register.slice(1));
}

function fitting(offset: number): number {
  if (!Number.isInteger(offset) || offset < -0x8000 || offset > 0x7fff) throw new Error(`offset ${offset}`);
  return offset;
}
