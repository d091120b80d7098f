/**
 * Writes the measured parts and pictures of the documentation from the files of docs/measured/ (tools/measure) and
 * bench/results/. With `--check` it changes nothing and fails where a page is not what it would write.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEASURED_PARTS, MEASURED_PICTURES } from './measured-parts.ts';

const root = join(import.meta.dirname, '../..');
const check = process.argv.includes('--check');

for (const [page, parts] of Map.groupBy(MEASURED_PARTS, (part) => part.page)) {
  const before = readFileSync(join(root, page), 'utf8');
  const after = parts.reduce((text, { name, from, write }) => {
    const [start, end] = [`<!-- measured: ${name} -->\n`, '<!-- end of measured -->'];
    const from0 = text.indexOf(start);
    const to = text.indexOf(end, from0);
    if (from0 < 0 || to < 0) throw new Error(`${page} has no part between '${start.trim()}' and '${end}'`);
    return `${text.slice(0, from0)}${start}${write(readDocument(from)).trim()}\n${text.slice(to)}`;
  }, before);
  put(page, before, after);
}
for (const { file, from, draw } of MEASURED_PICTURES) {
  const path = join(root, file);
  put(file, existsSync(path) ? readFileSync(path, 'utf8') : '', draw(readDocument(from)));
}

function readDocument(from: string): unknown {
  return JSON.parse(readFileSync(join(root, 'docs/measured', from), 'utf8'));
}

function put(file: string, before: string, after: string): void {
  if (before === after) return;
  if (!check) writeFileSync(join(root, file), after);
  else {
    console.error(`${file} is stale; run: npm run docs`);
    process.exitCode = 1;
  }
}
