import { describe, expect, it } from 'vitest';
import { Assembler } from './assembler.ts';

const hex = (assembler: Assembler): string => Buffer.from(assembler.encode()).toString('hex');

// Encodings as clang and llvm-objdump give them for the same instructions.
describe('Assembler', () => {
  it.each([
    ['r0 = 0', new Assembler().move('r0', 0), 'b700000000000000'],
    ['r6 = r1', new Assembler().move('r6', 'r1'), 'bf16000000000000'],
    ['exit', new Assembler().exit(), '9500000000000000'],
    ['call 127', new Assembler().call(127), '850000007f000000'],
    ['r1 = *(u8 *)(r9 + 18)', new Assembler().load(1, 'r1', 'r9', 18), '7191120000000000'],
    ['r1 = *(u16 *)(r9 + 16)', new Assembler().load(2, 'r1', 'r9', 16), '6991100000000000'],
    ['r1 = *(u32 *)(r7 + 1480)', new Assembler().load(4, 'r1', 'r7', 1480), '6171c80500000000'],
    ['r7 = *(u64 *)(r6 + 8)', new Assembler().load(8, 'r7', 'r6', 8), '7967080000000000'],
    ['*(u32 *)(r10 - 4) = r1', new Assembler().store(4, 'r10', -4, 'r1'), '631afcff00000000'],
    ['*(u64 *)(r10 - 8) = 0', new Assembler().store(8, 'r10', -8, 0), '7a0af8ff00000000'],
    ['*(u8 *)(r10 - 1) = 3', new Assembler().store(1, 'r10', -1, 3), '720affff03000000'],
    ['r2 <<= r1', new Assembler().compute('r2', 'shiftLeft', 'r1'), '6f12000000000000'],
    ['r2 &= 256', new Assembler().compute('r2', 'and', 256), '5702000000010000'],
    ['r2 += -128', new Assembler().compute('r2', 'add', -128), '0702000080ffffff'],
    ['w1 -= w2', new Assembler().compute32('r1', 'subtract', 'r2'), '1c21000000000000'],
    ['r1 *= 4', new Assembler().compute('r1', 'multiply', 4), '2701000004000000'],
    ['r1 /= 3', new Assembler().compute('r1', 'divide', 3), '3701000003000000'],
  ])('encodes %s', (_text, assembler, expected) => {
    expect(hex(assembler)).toBe(expected);
  });

  it('counts jumps from behind themselves, forwards and backwards', () => {
    const assembler = new Assembler().label('top').jumpIf('r1', '==', 6, 'out').jump('top').label('out').exit();
    expect(hex(assembler)).toBe('15010100060000000500feff000000009500000000000000');
    const registers = new Assembler().jumpIf('r1', '!=', 'r9', 'out').label('out').exit();
    expect(hex(registers)).toBe('5d910000000000009500000000000000');
  });

  it('loads maps and functions in two instructions, and calls functions of the kernel', () => {
    const assembler = new Assembler().loadMap('r1', 7).loadFunction('r4', 'back').callKernel(65_934).exit();
    assembler.label('back').exit();
    expect(assembler.positionOf('back')).toBe(6);
    expect(hex(assembler)).toBe(
      ['1811000007000000', '0000000000000000', '1844000003000000', '0000000000000000']
        .concat(['852000008e010100', '9500000000000000', '9500000000000000'])
        .join(''),
    );
  });

  it('refuses a jump to nowhere, a label twice and an offset that does not fit', () => {
    expect(() => new Assembler().jump('nowhere').encode()).toThrow('no label nowhere');
    expect(() => new Assembler().label('a').label('a')).toThrow('two labels a');
    expect(() => new Assembler().load(8, 'r1', 'r2', 0x8000).encode()).toThrow('offset 32768');
  });
});
