import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkImports, type Rule } from './check-imports.ts';

const CORE = 'packages/core/src';
const COMMAND = 'packages/closewait/src';

/** Every kind of import that the table allows. */
const LEGAL_TREE: Readonly<Record<string, string>> = {
  'packages/core/package.json': JSON.stringify({
    name: '@closewait/core',
    exports: {
      './facts': './src/facts/index.ts',
      './diagnose': './src/diagnose/index.ts',
      './report/schema': './src/report/schema.ts',
    },
  }),
  [`${CORE}/tcp/index.ts`]: 'export const state = 1;',
  [`${CORE}/facts/index.ts`]: "export type { Holder } from './holder.ts';",
  [`${CORE}/facts/holder.ts`]: "import type { state } from '../tcp/index.ts'; export type Holder = typeof state;",
  [`${CORE}/codec/index.ts`]: "export * as facts from '../facts/index.ts';",
  [`${CORE}/codec/decode.test.ts`]: "import 'vitest'; import 'node:fs'; import '../../../../test/support/tree.ts';",
  [`${CORE}/diagnose/index.ts`]: "import '../tcp/index.ts'; import '../facts/index.ts'; export const diagnose = 1;",
  [`${CORE}/report/index.ts`]: "import '../diagnose/index.ts'; import '../policy/index.ts';",
  [`${CORE}/report/schema.ts`]: "import 'zod';",
  [`${CORE}/policy/index.ts`]: "import '../diagnose/index.ts';",
  [`${COMMAND}/ffi/index.ts`]: "import 'koffi'; import 'node:fs'; import { Holder } from '@closewait/core/facts';",
  [`${COMMAND}/lab/index.ts`]: "import '../ffi/index.ts'; using handle = open(); await import('node:net');",
  [`${COMMAND}/cli/main.ts`]: "import '../lab/index.ts'; await import('./commands/ls.ts'); import 'commander';",
  [`${COMMAND}/cli/commands/ls.ts`]: "import '@closewait/core/diagnose'; import '@closewait/core/report/schema';",
  'test/support/tree.ts': 'export {};',
};

let root: string;

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'closewait-imports-'));
  write(LEGAL_TREE);
  mkdirSync(join(root, 'node_modules/@closewait'), { recursive: true });
  symlinkSync('../../packages/core', join(root, 'node_modules/@closewait/core'));
});

afterEach(() => rmSync(root, { recursive: true }));

describe('the import table', () => {
  it('lets every kind of legal import pass, and has seen them all', () => {
    const { files, imports, violations } = checkImports(root);
    expect(violations).toEqual([]);
    expect(files).toBe(Object.keys(LEGAL_TREE).length - 2);
    expect(imports).toBe(22);
  });

  const forbidden: readonly (readonly [rule: Rule, title: string, file: string, text: string])[] = [
    ['table', 'codec that imports diagnose', `${CORE}/codec/x.ts`, "import '../diagnose/index.ts';"],
    ['table', 'a type of a forbidden room', `${CORE}/tcp/x.ts`, "import type { Holder } from '../facts/index.ts';"],
    ['table', 'the inline import() of a type', `${CORE}/tcp/x.ts`, "type H = import('../facts/index.ts').Holder;"],
    ['table', 'a re-export from a forbidden room', `${CORE}/tcp/x.ts`, "export { a } from '../facts/index.ts';"],
    ['table', 'a star re-export', `${CORE}/tcp/x.ts`, "export * from '../facts/index.ts';"],
    [
      'table',
      'lab that imports the diagnosis it is the oracle of',
      `${COMMAND}/lab/x.ts`,
      "import '@closewait/core/diagnose';",
    ],
    ['table', 'ffi that imports cli', `${COMMAND}/ffi/x.ts`, "import '../cli/main.ts';"],
    ['table', 'a test that reaches into a forbidden room', `${CORE}/tcp/x.test.ts`, "import '../report/index.ts';"],
    ['face', "another room's inner file", `${CORE}/codec/x.ts`, "import '../facts/holder.ts';"],
    ['border', 'a path that leaves the package', `${COMMAND}/ffi/x.ts`, "import '../../../core/src/facts/index.ts';"],
    ['pure', 'a built-in module in core', `${CORE}/facts/x.ts`, "import { readFileSync } from 'node:fs';"],
    ['pure', 'a built-in module without its prefix', `${CORE}/facts/x.ts`, "import fs from 'fs';"],
    ['pure', 'a dynamic import of a built-in module', `${CORE}/facts/x.ts`, "await import('node:fs');"],
    ['pure', 'an npm package in core', `${CORE}/facts/x.ts`, "import { z } from 'zod';"],
    ['pure', 'zod in the face of report', `${CORE}/report/x.ts`, "import { z } from 'zod';"],
    ['pure', 'another package in the schema', `${CORE}/report/schema.ts`, "import 'ajv';"],
    ['owner', 'koffi outside ffi', `${COMMAND}/cli/x.ts`, "import koffi from 'koffi';"],
    ['owner', 'a subpath of koffi', `${COMMAND}/lab/x.ts`, "import 'koffi/indirect';"],
    ['outside', 'a test in source code', `${CORE}/codec/x.ts`, "import './decode.test.ts';"],
    ['outside', "the tests' support in source code", `${CORE}/tcp/x.ts`, "import '../../../../test/support/tree.ts';"],
    ['outside', 'the package.json of another package', `${COMMAND}/cli/x.ts`, "import '../../../core/package.json';"],
    ['outside', 'package.json in a pure room', `${CORE}/tcp/x.ts`, "import '../../package.json';"],
    ['homeless', 'a file beside the rooms', `${CORE}/helpers.ts`, 'export {};'],
    ['unresolved', 'a file that does not exist', `${CORE}/tcp/x.ts`, "import './nowhere.ts';"],
    ['unresolved', 'a name that the package does not export', `${COMMAND}/cli/x.ts`, "import '@closewait/core/codec';"],
    ['unresolved', 'a computed target', `${COMMAND}/cli/x.ts`, "const name = 'x'; await import(name);"],
    ['cycle', 'a ring of two files', `${CORE}/facts/holder.ts`, "import './index.ts';"],
    ['cycle', 'a file that imports itself', `${CORE}/tcp/x.ts`, "import './x.ts';"],
  ];

  it.each(forbidden)('refuses by the rule %s: %s', (rule, _title, file, text) => {
    write({ [file]: `\n${text}` });
    const { violations } = checkImports(root);
    expect(violations.map((violation) => violation.rule)).toEqual([rule]);
    expect(violations[0]?.file.startsWith('packages/')).toBe(true);
  });

  it('names the file, the line and both rooms', () => {
    write({ [`${CORE}/codec/x.ts`]: "\n\nimport '../diagnose/index.ts';" });
    expect(checkImports(root).violations).toEqual([
      {
        rule: 'table',
        file: `${CORE}/codec/x.ts`,
        line: 3,
        says: 'core/codec may import core/tcp, core/facts, not core/diagnose',
      },
    ]);
  });

  it('stops at a file that does not parse instead of passing it', () => {
    write({ [`${CORE}/tcp/x.ts`]: "import from '../report/index.ts" });
    expect(() => checkImports(root)).toThrow(/x\.ts/);
  });
});
