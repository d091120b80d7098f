import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas.ts';
import { corners } from './corners.ts';
import { chooseGlyphs } from './glyphs.ts';

const PLAIN = { line: 'plain', name: 'plain' } as const;

function draw(rows: number, paint: (canvas: Canvas) => void): readonly string[] {
  const canvas = new Canvas(rows, chooseGlyphs(true));
  paint(canvas);
  return canvas.toLines(false);
}

describe('Canvas', () => {
  it('joins a line to the frame that it leaves, turns its corners and puts a head at its end', () => {
    const lines = draw(5, (canvas) => {
      canvas.frame([0, 0], 8, 'AB', PLAIN);
      canvas.line(corners('2,2 2,4 6,4'), 'plain');
    });
    expect(lines).toEqual(['╭─ AB ─╮', '│      │', '╰─┬────╯', '  │', '  ╰───▶']);
  });

  it('lets a dashed line pass below a solid one, and end in one', () => {
    const lines = draw(5, (canvas) => {
      canvas.frame([0, 0], 11, 'AB', PLAIN);
      canvas.line(corners('4,2 4,4'), 'plain');
      canvas.line(corners('8,2 8,4'), 'plain');
      canvas.line(corners('2,2 2,3 8,3'), 'plain', { dashed: true, joins: true });
    });
    expect(lines.slice(2)).toEqual(['╰─┬─┬───┬─╯', '  ╰┄│┄┄┄┤', '    ▼   ▼']);
  });

  it('makes room for letters in a level line', () => {
    const lines = draw(3, (canvas) => {
      canvas.frame([0, 0], 6, 'A', PLAIN);
      canvas.line(corners('5,1 13,1'), 'plain');
      canvas.inlay([8, 1], 'FIN', 'plain');
    });
    expect(lines[1]).toBe('│    ├─ FIN ─▶');
  });

  it('throws where a letter or a line would cover another, and where a line leaves no frame', () => {
    const canvas = new Canvas(3, chooseGlyphs(false));
    canvas.frame([0, 0], 8, 'AB', PLAIN);
    expect(() => canvas.write([0, 1], 'x', 'plain')).toThrow("'x' covers '|' at 0,1");
    expect(() => canvas.line(corners('3,1 12,1'), 'plain')).toThrow('no frame at 3,1');
    expect(() => canvas.inlay([3, 1], 'x', 'plain')).toThrow('no level line');
    expect(() => canvas.line(corners('7,1 12,2'), 'plain')).toThrow('askew');
    expect(() => canvas.write([0, 3], 'x', 'plain')).toThrow('outside of the drawing');
    canvas.line(corners('7,1 12,1'), 'plain');
    expect(() => canvas.write([9, 1], 'x', 'plain')).toThrow("'x' covers '-' at 9,1");
  });
});
