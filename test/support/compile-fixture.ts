import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.ts';

const SOURCES = fileURLToPath(new URL('programs/', import.meta.url));

/** The executable of a C program below test/support/programs, by its path there without `.c`; the headers beside it count too. */
export function compileFixture(name: string): string {
  const source = `${SOURCES}${name}.c`;
  const folder = `${dirname(source)}/`;
  const shared = readdirSync(SOURCES).filter((file) => file.startsWith('support.'));
  const headers = readdirSync(folder).filter((file) => folder !== SOURCES && file.endsWith('.h'));
  return compile(source, [...shared.map((file) => SOURCES + file), ...headers.map((file) => folder + file)]);
}
