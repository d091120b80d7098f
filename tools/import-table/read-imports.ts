import { readFileSync } from 'node:fs';
import { type Expression, parseSync, Visitor } from 'oxc-parser';

/** One `from '…'`, `import('…')` or `import('…').Type` in a file. */
export interface ImportSite {
  /** As written; null where it is computed. */
  readonly specifier: string | null;
  readonly line: number;
}

/**
 * Every import of a file, the type-only ones too: a type couples two rooms as well as a value does.
 *
 * Throws on a file that does not parse, since an import that is not seen would pass.
 */
export function readImports(path: string): readonly ImportSite[] {
  const text = readFileSync(path, 'utf8');
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);

  const sites: ImportSite[] = [];
  const add = (source: Expression | null, start: number): void => {
    const isText = source?.type === 'Literal' && typeof source.value === 'string';
    sites.push({ specifier: isText ? String(source.value) : null, line: text.slice(0, start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.start),
    ExportAllDeclaration: (node) => add(node.source, node.start),
    ExportNamedDeclaration: (node) => node.source && add(node.source, node.start),
    ImportExpression: (node) => add(node.source, node.start),
    TSImportType: (node) => add(node.source, node.start),
  }).visit(program);
  return sites;
}
