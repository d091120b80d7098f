import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';

/** A place in a file, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The keys and places in lists that lead to a value. */
export type YamlPath = readonly (string | number)[];

/** Tells where in a YAML file something is. */
export class YamlPlaces {
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(text: string, document: Document, lines: LineCounter) {
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
  }

  /** Of a value; of what is missing, the mapping in which it should be. */
  ofValue(path: YamlPath): Place {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#nodeAt(path.slice(0, length));
      const start = isNode(node) ? node.range?.[0] : undefined;
      if (start !== undefined) return this.at(start);
    }
    return { line: 1, column: 1 };
  }

  /** Of the key itself. */
  ofKey(path: YamlPath, key: string): Place {
    const map = this.#nodeAt(path);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return start === undefined ? this.ofValue(path) : this.at(start);
  }

  /** Of a character inside of a text, whether it is plain, in quotes, or a block of several lines. */
  inText(path: YamlPath, offset: number): Place {
    const node = this.#nodeAt(path);
    const start = isScalar(node) ? node.range?.[0] : undefined;
    if (!isScalar(node) || typeof node.value !== 'string' || start === undefined) return this.ofValue(path);
    const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    const isQuoted = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE';
    const from = isBlock ? this.#text.indexOf('\n', start) + 1 : start + (isQuoted ? 1 : 0);
    return this.at(sourceOffset(this.#text, from, node.value, offset));
  }

  at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #nodeAt(path: YamlPath): unknown {
    return path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
  }
}

/**
 * Where the character `offset` of a value stands in the source that begins at `from`. Folding and indentation change blanks
 * alone, and quotes and escapes only add characters, so the others are found in their order.
 */
function sourceOffset(text: string, from: number, value: string, offset: number): number {
  let at = from;
  let last = from;
  const wanted = value.slice(0, offset + 1);
  for (const character of wanted) {
    if (/\s/.test(character)) continue;
    const found = text.indexOf(character, at);
    if (found < 0) return last;
    last = found;
    at = found + character.length;
  }
  // Past the end, where something is missing.
  return offset >= value.trimEnd().length ? at : last;
}
