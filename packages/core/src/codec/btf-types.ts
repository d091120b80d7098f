import { type Decoded, decoded, problem } from './decoded.ts';

/** The two sections of a BTF file. `words` is in the host's byte order; `strings` begins and ends with a zero. */
export interface BtfTypes {
  readonly words: Uint32Array;
  readonly strings: Uint8Array;
}

/** Kinds of linux/btf.h that matter here. */
export const KIND = { struct: 4, func: 12 } as const;

const POINTER = 2;
const ARRAY = 3;
const UNION = 5;
/** TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG: the type is the one they refer to. */
const REFERRING: ReadonlySet<number> = new Set([8, 9, 10, 11, 18]);
/** INT, STRUCT, UNION, ENUM, FLOAT, ENUM64: their third word is their size. */
const SIZED: ReadonlySet<number> = new Set([1, KIND.struct, UNION, 6, 16, 19]);

/** struct btf_type: name, info, size or type. */
const TYPE_WORDS = 3;
/** Words behind it, by kind; and of each of `vlen` elements. Undefined: no such kind. */
const FIXED_WORDS: readonly (number | undefined)[] = [
  undefined,
  1,
  0,
  3,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  0,
  0,
  1,
  0,
  0,
];
const ELEMENT_WORDS: readonly number[] = [0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3];
/** Name, type, offset. */
const MEMBER_WORDS = 3;

/** More references, or anonymous structures in one another, than C code has: a loop. */
const MOST_STEPS = 64;
const POINTER_BYTES = 8;

/** A member as its structure lists it. */
export interface BtfMember {
  readonly type: number;
  readonly bitOffset: number;
  /** 0: not a bit field. */
  readonly bitCount: number;
}

/** Finds types in a BTF section. Nothing it meets makes it throw or go round for ever. */
export class BtfWalker {
  readonly #words: Uint32Array;
  readonly #strings: Uint8Array;
  /** Index of each type's first word, by id; 0 is void. */
  readonly #starts: Uint32Array;
  readonly #count: number;

  private constructor({ words, strings }: BtfTypes, starts: Uint32Array, count: number) {
    this.#words = words;
    this.#strings = strings;
    this.#starts = starts;
    this.#count = count;
  }

  /** One walk over all types: their lengths depend on what they are. */
  static index(types: BtfTypes): Decoded<BtfWalker> {
    const { words } = types;
    const starts = new Uint32Array(Math.floor(words.length / TYPE_WORDS) + 1);
    let id = 1;
    for (let at = 0; at < words.length; id++) {
      const info = words[at + 1] ?? 0;
      const fixed = FIXED_WORDS[kindOf(info)];
      if (fixed === undefined) return problem('struct btf_type', 4 * at, 'a kind from 1 to 19', `${kindOf(info)}`);
      const next = at + TYPE_WORDS + fixed + (ELEMENT_WORDS[kindOf(info)] ?? 0) * lengthOf(info);
      if (next > words.length) return problem('struct btf_type', 4 * at, 'a type within the section', 'a longer one');
      starts[id] = at;
      at = next;
    }
    return decoded(new BtfWalker(types, starts, id));
  }

  /** Ids by `kind name`; of two types of one name the first. */
  find(wanted: readonly { readonly kind: number; readonly name: string }[]): ReadonlyMap<string, number> {
    // Most of 100,000 names differ from those wanted in their first letter.
    const byFirst = new Map<number, { readonly kind: number; readonly bytes: Uint8Array; readonly key: string }[]>();
    for (const { kind, name } of wanted) {
      const first = name.charCodeAt(0);
      const entry = { kind, bytes: encodeName(name), key: `${kind} ${name}` };
      byFirst.set(first, [...(byFirst.get(first) ?? []), entry]);
    }
    const ids = new Map<string, number>();
    for (let id = 1; id < this.#count; id++) {
      const at = this.#starts[id] ?? 0;
      const kind = kindOf(this.#words[at + 1] ?? 0);
      if (kind !== KIND.struct && kind !== KIND.func) continue;
      const name = this.#words[at] ?? 0;
      for (const { kind: wantedKind, bytes, key } of byFirst.get(this.#strings[name] ?? 0) ?? NONE) {
        if (kind === wantedKind && this.#isNamed(name, bytes) && !ids.has(key)) ids.set(key, id);
      }
    }
    return ids;
  }

  /** The member of this name, also where an anonymous structure or union has it. */
  member(type: number, name: string): BtfMember | undefined {
    return this.#member(type, encodeName(name), { left: MOST_STEPS });
  }

  /** Bytes of a value; undefined where the type has none. */
  sizeOf(type: number): number | undefined {
    let factor = 1;
    let id: number | undefined = type;
    for (let step = 0; step < MOST_STEPS; step++) {
      id = this.#resolve(id);
      if (id === undefined) return undefined;
      const at = this.#starts[id] ?? 0;
      const kind = kindOf(this.#words[at + 1] ?? 0);
      if (kind === POINTER) return factor * POINTER_BYTES;
      if (SIZED.has(kind)) return factor * (this.#words[at + 2] ?? 0);
      if (kind !== ARRAY) return undefined;
      // struct btf_array: type, index_type, nelems.
      factor *= this.#words[at + TYPE_WORDS + 2] ?? 0;
      id = this.#words[at + TYPE_WORDS] ?? 0;
    }
    return undefined;
  }

  /** `budget`: how many structures may be entered, over all branches. */
  #member(type: number, name: Uint8Array, budget: { left: number }): BtfMember | undefined {
    const id = this.#resolve(type);
    if (id === undefined || budget.left-- <= 0) return undefined;
    const at = this.#starts[id] ?? 0;
    const info = this.#words[at + 1] ?? 0;
    if (kindOf(info) !== KIND.struct && kindOf(info) !== UNION) return undefined;
    const hasBitFields = info >>> 31 === 1;
    const anonymous: BtfMember[] = [];
    for (let index = 0; index < lengthOf(info); index++) {
      const word = at + TYPE_WORDS + MEMBER_WORDS * index;
      const nameOffset = this.#words[word] ?? 0;
      const offset = this.#words[word + 2] ?? 0;
      const member = {
        type: this.#words[word + 1] ?? 0,
        bitOffset: hasBitFields ? offset & 0xffffff : offset,
        bitCount: hasBitFields ? offset >>> 24 : 0,
      };
      if (nameOffset === 0) anonymous.push(member);
      else if (this.#isNamed(nameOffset, name)) return member;
    }
    for (const { type: inner, bitOffset } of anonymous) {
      const found = this.#member(inner, name, budget);
      if (found !== undefined) return { ...found, bitOffset: bitOffset + found.bitOffset };
    }
    return undefined;
  }

  /** The type behind typedefs and qualifiers; undefined for void, an unknown id, or a loop. */
  #resolve(type: number): number | undefined {
    let id = type;
    for (let step = 0; step < MOST_STEPS; step++) {
      if (id <= 0 || id >= this.#count) return undefined;
      const at = this.#starts[id] ?? 0;
      if (!REFERRING.has(kindOf(this.#words[at + 1] ?? 0))) return id;
      id = this.#words[at + 2] ?? 0;
    }
    return undefined;
  }

  #isNamed(offset: number, name: Uint8Array): boolean {
    if (offset + name.length > this.#strings.length) return false;
    for (let index = 0; index < name.length; index++) {
      if (this.#strings[offset + index] !== name[index]) return false;
    }
    return true;
  }
}

const NONE: readonly never[] = [];

/** With its end, so that no longer name is taken for it. */
function encodeName(name: string): Uint8Array {
  return Uint8Array.from(`${name}\0`, (character) => character.charCodeAt(0));
}

function kindOf(info: number): number {
  return (info >>> 24) & 0x1f;
}

function lengthOf(info: number): number {
  return info & 0xffff;
}
