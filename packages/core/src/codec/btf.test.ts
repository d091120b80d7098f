import { assert, constant, integer, nat, oneof, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Btf } from './btf.ts';

const KINDS = { int: 1, pointer: 2, array: 3, struct: 4, union: 5, typedef: 8, const: 10, func: 12 } as const;

interface TypeSpec {
  readonly kind: keyof typeof KINDS;
  readonly name?: string;
  /** Size, or the type that is referred to. */
  readonly value?: number;
  readonly members?: readonly (readonly [name: string, type: number, bitOffset: number, bitCount?: number])[];
  /** Type and number of elements of an array. */
  readonly array?: readonly [number, number];
}

/** Writes BTF as a compiler does: types count from 1 in the order given. */
function encodeBtf(types: readonly TypeSpec[]): Uint8Array {
  const strings = ['', ...new Set(types.flatMap(({ name = '', members = [] }) => [name, ...members.map(([n]) => n)]))];
  const text = Buffer.from(`${[...new Set(strings)].join('\0')}\0`, 'latin1');
  const offsetOf = (name: string): number => (name === '' ? 0 : text.indexOf(`\0${name}\0`) + 1);
  const words: number[] = [];
  for (const { kind, name = '', value = 0, members = [], array } of types) {
    const hasBits = members.some(([, , , count = 0]) => count > 0);
    words.push(offsetOf(name), ((hasBits ? 0x8000_0000 : 0) | (KINDS[kind] << 24) | members.length) >>> 0, value);
    if (kind === 'int') words.push(0);
    if (array !== undefined) words.push(array[0], 1, array[1]);
    for (const [member, type, at, count = 0] of members) words.push(offsetOf(member), type, (count << 24) | at);
  }
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(4 * words.length, 12);
  header.writeUInt32LE(4 * words.length, 16);
  header.writeUInt32LE(text.length, 20);
  return new Uint8Array(Buffer.concat([header, Buffer.from(Uint32Array.from(words).buffer), text]));
}

const EXAMPLE = encodeBtf([
  { kind: 'int', name: 'int', value: 4 },
  { kind: 'typedef', name: 'word', value: 1 },
  { kind: 'const', value: 2 },
  { kind: 'pointer', value: 7 },
  { kind: 'array', array: [3, 4] },
  {
    kind: 'union',
    value: 16,
    members: [
      ['v4', 1, 0],
      ['v6', 5, 0],
    ],
  },
  {
    kind: 'struct',
    name: 'inner',
    value: 24,
    members: [
      ['first', 3, 0],
      ['', 6, 64],
    ],
  },
  {
    kind: 'struct',
    name: 'sock',
    value: 64,
    members: [
      ['common', 7, 0],
      ['low', 1, 200, 1],
      ['high', 1, 201, 2],
      ['next', 4, 256],
      ['wide', 1, 284, 9],
    ],
  },
  { kind: 'func', name: 'iterate', value: 0 },
  { kind: 'func', name: 'sock', value: 0 },
]);

function decode(bytes: Uint8Array): ReturnType<typeof Btf.decode> {
  return Btf.decode(bytes, ['sock', 'inner', 'absent'], ['iterate', 'sock', 'absent']);
}

function example(): Btf {
  const btf = decode(EXAMPLE);
  if (!btf.ok) throw new Error(btf.problem.what);
  return btf.value;
}

describe('the types of a kernel', () => {
  it('have members at offsets, through names, typedefs, anonymous unions, arrays and pointers', () => {
    const btf = example();
    expect(btf.field('sock', 'common.first')).toEqual({ offset: 0, size: 4, bits: null });
    expect(btf.field('sock', 'common.v6')).toEqual({ offset: 8, size: 16, bits: null });
    expect(btf.field('inner', 'v4')).toEqual({ offset: 8, size: 4, bits: null });
    expect(btf.field('sock', 'next')).toEqual({ offset: 32, size: 8, bits: null });
    expect(btf.sizeOf('sock')).toBe(64);
  });

  it('have bit fields, read by the smallest load that has all of their bits', () => {
    const btf = example();
    expect(btf.field('sock', 'low')).toEqual({ offset: 25, size: 1, bits: { shift: 0, count: 1 } });
    expect(btf.field('sock', 'high')).toEqual({ offset: 25, size: 1, bits: { shift: 1, count: 2 } });
    expect(btf.field('sock', 'wide')).toEqual({ offset: 32, size: 8, bits: { shift: 28, count: 9 } });
  });

  it('are told from functions of the same name', () => {
    const btf = example();
    expect([btf.functionId('iterate'), btf.functionId('sock'), btf.functionId('absent')]).toEqual([9, 10, undefined]);
  });

  it('do not have what is not there', () => {
    const btf = example();
    for (const path of ['absent', 'common.absent', 'low.first', 'next.first', '', 'common.', '.first', 'fir']) {
      expect(btf.field('sock', path), path).toBeUndefined();
    }
    expect(btf.field('absent', 'first')).toBeUndefined();
    expect(btf.sizeOf('absent')).toBeUndefined();
  });

  it('may refer to one another for ever, and nobody follows them', () => {
    const looped = encodeBtf([
      { kind: 'typedef', name: 'a', value: 2 },
      { kind: 'typedef', name: 'b', value: 1 },
      { kind: 'array', array: [3, 2] },
      {
        kind: 'struct',
        name: 'sock',
        value: 8,
        members: [
          ['', 4, 0],
          ['', 4, 0],
          ['x', 1, 0],
          ['y', 3, 0],
        ],
      },
    ]);
    const btf = decode(looped);
    if (!btf.ok) throw new Error(btf.problem.what);
    expect([btf.value.field('sock', 'x'), btf.value.field('sock', 'y'), btf.value.field('sock', 'z')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['an empty file', new Uint8Array(0)],
    ['another magic number', Uint8Array.from(EXAMPLE, (byte, at) => (at === 0 ? 0 : byte))],
    ['another version', Uint8Array.from(EXAMPLE, (byte, at) => (at === 2 ? 2 : byte))],
    ['a cut end', EXAMPLE.subarray(0, -1)],
    ['a kind that there is not', Uint8Array.from(EXAMPLE, (byte, at) => (at === 24 + 7 ? 0x1f : byte))],
  ])('are a problem in %s', (_name, bytes) => {
    expect(decode(bytes)).toMatchObject({ ok: false });
  });

  it('are read wherever the bytes lie', () => {
    const shifted = new Uint8Array(EXAMPLE.length + 1);
    shifted.set(EXAMPLE, 1);
    const btf = decode(shifted.subarray(1));
    expect(btf.ok && btf.value.field('sock', 'next')).toEqual({ offset: 32, size: 8, bits: null });
  });
});

/** Asks everything that the program asks; whatever the bytes are, there is an answer. */
function ask(bytes: Uint8Array): void {
  const btf = decode(bytes);
  if (!btf.ok) return;
  for (const path of ['common.first', 'common.v6', 'low', 'next', 'absent']) btf.value.field('sock', path);
  btf.value.functionId('iterate');
  btf.value.sizeOf('inner');
}

describe('bytes that are no BTF', () => {
  it('never throw and never loop: anything at all', () => {
    assert(property(uint8Array({ maxLength: 400 }), ask));
  });

  it('never throw and never loop: a header before anything', () => {
    const body = uint8Array({ minLength: 24, maxLength: 400 });
    assert(property(body, (bytes) => ask(Uint8Array.from([...EXAMPLE.subarray(0, 24), ...bytes]))));
  });

  it('never throw and never loop: BTF that was cut, or in which words were changed', () => {
    const change = tuple(nat(EXAMPLE.length - 1), oneof(integer({ min: 0, max: 255 }), constant(0xff)));
    assert(
      property(nat(EXAMPLE.length), tuple(change, change, change), (length, changes) => {
        const bytes = Uint8Array.from(EXAMPLE);
        for (const [at, byte] of changes) bytes[at] = byte;
        ask(bytes);
        ask(bytes.subarray(0, length));
      }),
    );
  });
});
