/** Kinds of linux/btf.h. */
const KIND = { int: 1, pointer: 2, struct: 4, func: 12, prototype: 13 } as const;
const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;
const SIGNED = 1 << 24;
/** BTF_FUNC_STATIC and BTF_FUNC_GLOBAL, in the place of the length. */
const STATIC = 0;
const GLOBAL = 1;
/** `struct bpf_task_work` of linux/bpf.h: the kernel knows it by name, size and alignment. */
const TASK_WORK_BYTES = 8;

/** The types of the program: a BTF section, and the ids in it. */
export interface ProgramTypes {
  readonly btf: Uint8Array;
  readonly int: number;
  /** The value of the map in which the work waits. */
  readonly work: number;
  readonly main: number;
  readonly callback: number;
  readonly loop: number;
}

/** Writes what the verifier has to know of a program with task work: Documentation/bpf/btf.rst. */
export function writeProgramTypes(): ProgramTypes {
  const words: number[] = [];
  const strings: string[] = [''];
  let last = 0;
  const text = (name: string): number => {
    if (name === '') return 0;
    const at = strings.join('\0').length + 1;
    strings.push(name);
    return at;
  };
  const add = (kind: number, name: string, length: number, sizeOrType: number, ...more: readonly number[]): number => {
    words.push(text(name), (kind << 24) | length, sizeOrType, ...more);
    last += 1;
    return last;
  };
  const int = add(KIND.int, 'int', 0, 4, SIGNED | 32);
  const long = add(KIND.int, 'long', 0, 8, 64);
  const taskWork = add(KIND.struct, 'bpf_task_work', 1, TASK_WORK_BYTES, text('__opaque'), long, 0);
  const work = add(KIND.struct, 'work', 1, TASK_WORK_BYTES, text('work'), taskWork, 0);
  const pointer = add(KIND.pointer, '', 0, 0);
  const takes = (...parameters: readonly (readonly [string, number])[]): number =>
    add(KIND.prototype, '', parameters.length, int, ...parameters.flatMap(([name, type]) => [text(name), type]));
  const main = add(KIND.func, 'cw_free', GLOBAL, takes(['context', pointer]));
  const callback = add(KIND.func, 'callback', STATIC, takes(['map', pointer], ['key', pointer], ['value', pointer]));
  const loop = add(KIND.func, 'loop', STATIC, takes(['index', int], ['context', pointer]));
  return { btf: section(words, strings), int, work, main, callback, loop };
}

function section(words: readonly number[], strings: readonly string[]): Uint8Array {
  const types = Buffer.from(Uint32Array.from(words).buffer);
  const names = Buffer.from(`${strings.join('\0')}\0`);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16LE(MAGIC, 0);
  header.writeUInt8(1, 2);
  // Where the types begin behind the header is 0.
  for (const [at, value] of [
    [4, HEADER_BYTES],
    [12, types.length],
    [16, types.length],
    [20, names.length],
  ] as const)
    header.writeUInt32LE(value, at);
  return Buffer.concat([header, types, names]);
}
