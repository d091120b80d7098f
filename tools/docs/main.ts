/**
 * Writes the measured parts of the documentation from the files of docs/measured/ (tools/measure). With `--check` it
 * changes nothing and fails where a page is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEASURED_PARTS } from './measured-parts.ts';

const root = join(import.meta.dirname, '../..');
const check = process.argv.includes('--check');

for (const [page, parts] of Map.groupBy(MEASURED_PARTS, (part) => part.page)) {
  const file = join(root, page);
  const before = readFileSync(file, 'utf8');
  const after = parts.reduce((text, { name, from, write }) => {
    const [start, end] = [`<!-- measured: ${name} -->\n`, '<!-- end of measured -->'];
    const from0 = text.indexOf(start);
    const to = text.indexOf(end, from0);
    if (from0 < 0 || to < 0) throw new Error(`${page} has no part between '${start.trim()}' and '${end}'`);
    const document: unknown = JSON.parse(readFileSync(join(root, 'docs/measured', from), 'utf8'));
    return `${text.slice(0, from0)}${start}${write(document).trim()}\n${text.slice(to)}`;
  }, before);
  if (before === after) continue;
  if (!check) writeFileSync(file, after);
  else {
    console.error(`${page} is stale; run: npm run docs`);
    process.exitCode = 1;
  }
}
