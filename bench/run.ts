/** `npm run bench`: what a look costs, beside ss, lsof, lsfd and netstat, and what watching costs. See README.md. */
import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { report } from '../test/support/closewait.ts';
import { budgetsOf, formatBudgets, isKept, watchBudgetsOf } from './budgets.ts';
import {
  describeRun,
  newestResults,
  newestWatchResults,
  readResults,
  readWatchResults,
  writeResults,
} from './results.ts';
import type { Series } from './results-schema.ts';
import { measureScene } from './rounds.ts';
import { type Plan, QUICK, sceneOf, WHOLE } from './scenes.ts';
import { table, titleOf } from './table.ts';
import { findTools } from './tools.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    sockets: { type: 'string' },
    descriptors: { type: 'string', default: '0' },
    rounds: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    'no-watch': { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
if (values.check) checkBudgets(positionals[0] ?? newestResults());
else await measureAll(planOf());

function planOf(): Plan {
  const { sockets, descriptors, rounds, quick } = values;
  const plan = quick ? QUICK : WHOLE;
  const scenes = sockets === undefined ? plan.scenes : sockets.split(',').map((n) => sceneOf(+n, +descriptors));
  const more = rounds === undefined ? {} : { rounds: Number(rounds), repeats: 0 };
  return { scenes, effortFor: (scene) => ({ ...plan.effortFor(scene), ...more }) };
}

async function measureAll(plan: Plan): Promise<void> {
  if (!values['no-build']) runScript('../tools/build/main.ts', 'ignore');
  const about = await describeRun(new Date());
  const { tools, missing } = await findTools();
  if (missing.length > 0) process.stdout.write(`Not on this machine, so not measured: ${missing.join(', ')}\n\n`);
  // Every tool here reads all processes of the machine, so what others hold is in every figure.
  const others = (await report()).totals.closeWait;
  if (others > 0) process.stdout.write(`Others hold ${others} connections in CLOSE-WAIT: no good figures\n\n`);

  const series: Series[] = [];
  for (const scene of plan.scenes) {
    const title = titleOf(scene);
    const measured = await measureScene(scene, tools, plan.effortFor(scene), (now) => showProgress(`${title}: ${now}`));
    showProgress('');
    series.push(measured);
    process.stdout.write(`${table(measured)}\n`);
  }
  process.stdout.write(formatBudgets(budgetsOf({ series })));
  if (series.some(({ runs }) => runs.some(({ problem }) => problem !== undefined))) process.exitCode = 1;
  // A part of the scenes is no ground for a table of all.
  if (plan.scenes === WHOLE.scenes && !values['dry-run']) {
    const path = writeResults({ schema: 'closewait/bench/v1', ...about, closeWaitOfOthers: others, missing, series });
    process.stdout.write(`Written to ${relative(process.cwd(), path)}; npm run docs puts it into the README\n`);
    if (!values['no-watch']) runScript('watch.ts', 'inherit');
  }
}

/** Of the newest runs, or of the file that is named. */
function checkBudgets(path: string | undefined): void {
  if (path === undefined) throw new Error('there are no results yet: npm run bench');
  const { series, machine, takenAt } = readResults(path);
  const watch = newestWatchResults();
  const watched = watch === undefined ? [] : watchBudgetsOf(readWatchResults(watch));
  const budgets = [...budgetsOf({ series }), ...watched];
  process.stdout.write(`${machine}, ${takenAt}\n\n${formatBudgets(budgets)}`);
  if (watch === undefined) process.stdout.write('What watching costs was not measured: node bench/watch.ts\n');
  if (watch === undefined || !budgets.every(isKept)) process.exitCode = 1;
}

function runScript(path: string, output: 'ignore' | 'inherit'): void {
  const { status, signal } = spawnSync(process.execPath, [join(import.meta.dirname, path)], {
    stdio: ['ignore', output, 'inherit'],
  });
  if (status !== 0) throw new Error(`${path} ended: ${signal ?? `exit code ${status}`}`);
}

/** One line that replaces itself, where somebody watches. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
