import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInRemedies, judgeAnyCell, type RemedyCell } from '@closewait/core/experiment';
import { remediesSchema } from '@closewait/core/experiment/schema';

/** What the whole matrix may take; on two busy cores it needs a minute. */
const LONGEST_MS = 180_000;
const LARGEST_BYTES = 64 << 20;

/**
 * The whole matrix of remedies, against the one that the documentation quotes: what is otherwise here, in lines. Empty where
 * every sentence holds and every verdict is the same.
 */
export function measureRemedies(main: string, root: string): readonly string[] {
  const startedMs = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [main, 'lab', 'remedies', '--json'], {
    encoding: 'utf8',
    maxBuffer: LARGEST_BYTES,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tookMs = performance.now() - startedMs;
  if (status !== 0) return [`closewait lab remedies ended with exit code ${status}`];
  const here = remediesSchema.parse(JSON.parse(stdout));
  const quoted = remediesSchema.parse(JSON.parse(readFileSync(join(root, 'docs/measured/remedies.json'), 'utf8')));
  const verdicts = new Map(quoted.cells.map((cell) => [nameOf(cell), judgeAnyCell(cell)]));
  const others = here.cells.filter((cell) => verdicts.get(nameOf(cell)) !== judgeAnyCell(cell));
  return [
    ...(tookMs > LONGEST_MS ? [`it took ${Math.round(tookMs / 1000)} s`] : []),
    ...findInRemedies(here).flatMap(({ id, holds }) => (holds ? [] : [`the cells do not say '${id}'`])),
    ...others.map((cell) => `${nameOf(cell)}: ${judgeAnyCell(cell)}, quoted ${verdicts.get(nameOf(cell))}`),
  ];
}

function nameOf({ cause, remedy, peer }: RemedyCell): string {
  return `${cause}/${remedy}/${peer}`;
}
