import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/closewait/programs', import.meta.url));
const FLAGS = ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];

/**
 * Compiles a C program with gcc and returns the path of the executable; the same sources are compiled once.
 * `others` are further sources and headers of the program.
 */
export function compile(source: string, others: readonly string[] = []): string {
  const sources = [source, ...others];
  const hash = createHash('sha256').update(FLAGS.join(' ')).update(process.arch);
  for (const path of sources) hash.update(readFileSync(path));
  const program = `${CACHE}/${hash.digest('hex').slice(0, 16)}/${basename(source, '.c')}`;
  if (existsSync(program)) return program;

  mkdirSync(dirname(program), { recursive: true });
  // Several test files may compile it at once: each writes its own file, and rename(2) replaces in one step.
  const unfinished = `${program}.${process.pid}`;
  const units = sources.filter((path) => path.endsWith('.c'));
  execFileSync('gcc', [...FLAGS, '-o', unfinished, ...units], { stdio: ['ignore', 'inherit', 'inherit'] });
  renameSync(unfinished, program);
  return program;
}
