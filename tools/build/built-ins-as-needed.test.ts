import { describe, expect, it } from 'vitest';
import { withoutFaces } from './built-ins-as-needed.ts';

describe('built-in modules of a bundle', () => {
  it.each([
    ['import { a, b as c } from "node:fs";', 'const { a, b: c } = process.getBuiltinModule("node:fs");'],
    ['import a from "node:fs";', 'const a = process.getBuiltinModule("node:fs");'],
    ['import * as a from "node:timers/promises";', 'const a = process.getBuiltinModule("node:timers/promises");'],
    [
      'import a$1, { b } from "node:os";',
      'const a$1 = process.getBuiltinModule("node:os"), { b } = process.getBuiltinModule("node:os");',
    ],
  ])('%s', (line, expected) => {
    expect(withoutFaces(`x;\n${line}\ny;`)).toBe(`x;\n${expected}\ny;`);
  });

  it.each([
    'import { a } from "./fs.js";',
    'import "node:fs";',
    'await import("node:fs");',
    '// import a from "node:fs"',
  ])('%s stays', (line) => {
    expect(withoutFaces(line)).toBe(line);
  });
});
