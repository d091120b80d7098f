import type { Plugin } from 'rolldown';

/** As rolldown writes an import: `import a from`, `import * as a from`, `import { a, b as c } from`, `import a, { b } from`. */
const IMPORT = /^import (?<one>(?:\* as )?[\w$]+)?(?:, )?(?<several>\{[^}]*\})? from "(?<module>node:[^"]+)";$/gm;

/**
 * Built-in modules without their faces for ES modules. To make the face of node:fs, Node.js reads all that it exports, and with
 * fs.promises come streams, readline and 34 modules more: 2.6 ms, node:util the same (Node.js 24.21). What
 * `process.getBuiltinModule` answers is the module itself.
 *
 * Names are then those of the start and not live bindings; nothing here replaces functions of built-in modules.
 */
export const builtInsAsNeeded: Plugin = {
  name: 'built-ins-as-needed',
  renderChunk: (code) => withoutFaces(code),
};

export function withoutFaces(code: string): string {
  return code.replaceAll(IMPORT, (_line, one: string | undefined, several: string | undefined, module: string) => {
    const names = [one?.replace('* as ', ''), several?.replaceAll(' as ', ': ')].filter((name) => name !== undefined);
    return `const ${names.map((name) => `${name} = process.getBuiltinModule("${module}")`).join(', ')};`;
  });
}
