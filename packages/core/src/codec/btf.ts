import { type BtfTypes, BtfWalker, KIND } from './btf-types.ts';
import { type Decoded, decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/** Where a member of a structure lies. */
export interface BtfField {
  /** Bytes from the start of the structure. */
  readonly offset: number;
  /** Bytes of the member; of a bit field, those of the load that has it. */
  readonly size: number;
  /** A bit field: its lowest bit in the loaded number, and how many there are. Null for whole bytes. */
  readonly bits: { readonly shift: number; readonly count: number } | null;
}

/** Header of struct btf_header (linux/btf.h), and the least length that has what is needed. */
const MAGIC = 0xeb9f;
const VERSION = 1;
const HEADER_BYTES = 24;

/**
 * What the kernel says of its own structures: the BTF of /sys/kernel/btf/vmlinux (Documentation/bpf/btf.rst). It has
 * 100,000 types in 6 MB, of which a handful matter, so types are found by the names that are asked for.
 */
export class Btf {
  readonly #walker: BtfWalker;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(walker: BtfWalker, ids: ReadonlyMap<string, number>) {
    this.#walker = walker;
    this.#ids = ids;
  }

  /**
   * Looks through all types once (16 ms, Linux 6.18) for structures and functions of these names. A header or a type
   * that cannot be is a problem; a name that is not there is not.
   */
  static decode(bytes: Uint8Array, structs: readonly string[], functions: readonly string[]): Decoded<Btf> {
    const types = splitSections(bytes);
    if (!types.ok) return types;
    const walker = BtfWalker.index(types.value);
    if (!walker.ok) return walker;
    const wanted = [
      ...structs.map((name) => ({ kind: KIND.struct, name })),
      ...functions.map((name) => ({ kind: KIND.func, name })),
    ];
    return decoded(new Btf(walker.value, walker.value.find(wanted)));
  }

  /** The id by which bpf(2) knows a function; undefined where the kernel has none of this name. */
  functionId(name: string): number | undefined {
    return this.#ids.get(`${KIND.func} ${name}`);
  }

  /** Bytes of a structure. */
  sizeOf(struct: string): number | undefined {
    const id = this.#ids.get(`${KIND.struct} ${struct}`);
    return id === undefined ? undefined : this.#walker.sizeOf(id);
  }

  /**
   * The member that a path of names leads to, for example `__sk_common.skc_state` of `sock`. Members of anonymous
   * structures and unions are found as if they were the structure's own, as in C. Undefined where there is none.
   */
  field(struct: string, path: string): BtfField | undefined {
    const id = this.#ids.get(`${KIND.struct} ${struct}`);
    if (id === undefined) return undefined;
    let type = id;
    let bitOffset = 0;
    let bitCount = 0;
    for (const name of path.split('.')) {
      const member = this.#walker.member(type, name);
      // A bit field has no members.
      if (member === undefined || bitCount > 0) return undefined;
      type = member.type;
      bitOffset += member.bitOffset;
      bitCount = member.bitCount;
    }
    const size = this.#walker.sizeOf(type);
    if (size === undefined) return undefined;
    if (bitCount > 0) return bitField(bitOffset, bitCount);
    return bitOffset % 8 === 0 ? { offset: bitOffset / 8, size, bits: null } : undefined;
  }
}

/** The smallest aligned load that has all the bits: what lies beside them may be of another member. */
function bitField(bitOffset: number, count: number): BtfField | undefined {
  for (const size of [1, 2, 4, 8]) {
    const offset = Math.floor(bitOffset / (8 * size)) * size;
    const shift = bitOffset - 8 * offset;
    if (shift + count <= 8 * size) return { offset, size, bits: { shift, count } };
  }
  return undefined;
}

function splitSections(bytes: Uint8Array): Decoded<BtfTypes> {
  if (bytes.length < HEADER_BYTES) return problem('struct btf_header', 0, `${HEADER_BYTES} bytes`, `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint16(0, HOST_IS_LITTLE_ENDIAN);
  if (magic !== MAGIC) return problem('btf_header.magic', 0, '0xeb9f', `0x${magic.toString(16)}`);
  const version = view.getUint8(2);
  if (version !== VERSION) return problem('btf_header.version', 2, `${VERSION}`, `${version}`);
  const headerBytes = view.getUint32(4, HOST_IS_LITTLE_ENDIAN);
  const types = section(view, headerBytes, 8);
  if (types === undefined || types.length % 4 !== 0 || types.start % 4 !== 0) {
    return problem('btf_header.type_off', 8, 'types within the file', 'others');
  }
  const strings = section(view, headerBytes, 16);
  if (strings === undefined) return problem('btf_header.str_off', 16, 'strings within the file', 'others');
  const text = bytes.subarray(strings.start, strings.start + strings.length);
  // So that every name ends.
  if (text.at(-1) !== 0 || text[0] !== 0) return problem('BTF strings', strings.start, 'a zero at either end', 'none');
  return decoded({ words: wordsOf(bytes, types.start, types.length), strings: text });
}

function section(view: DataView, base: number, at: number): { start: number; length: number } | undefined {
  const start = base + view.getUint32(at, HOST_IS_LITTLE_ENDIAN);
  const length = view.getUint32(at + 4, HOST_IS_LITTLE_ENDIAN);
  return start < HEADER_BYTES || start + length > view.byteLength ? undefined : { start, length };
}

/** Typed arrays begin at multiples of their element: a view that does not is copied. */
function wordsOf(bytes: Uint8Array, start: number, length: number): Uint32Array {
  const at = bytes.byteOffset + start;
  return at % 4 === 0
    ? new Uint32Array(bytes.buffer, at, length / 4)
    : new Uint32Array(bytes.slice(start, start + length).buffer);
}
