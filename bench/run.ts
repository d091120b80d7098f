/** `npm run bench`: what a look costs, beside ss, lsof and lsfd. See README.md. */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { report } from '../test/support/closewait.ts';
import { type Cost, measure } from './measure.ts';
import { type Runs, type Series, table, writeResults } from './results.ts';
import { withScene } from './scene.ts';
import { measuredTools } from './tools.ts';

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '0,1000,10000,95000' },
    processes: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** Round after round all tools one by one, so that whatever else the machine does falls on all of them. */
function measureScene(sockets: number, processes: number, rounds: number): Promise<Series> {
  return withScene(sockets, processes, async (namespace) => {
    const runs = measuredTools().map((tool) => ({ tool, costs: [] as Cost[] }));
    // Nobody's first run counts: it may have to read the program from the disk.
    for (const { tool } of runs) await measure(tool, namespace);
    for (let round = 0; round < rounds; round += 1) {
      for (const { tool, costs } of runs) costs.push(await measure(tool, namespace));
    }
    return { sockets, processes, runs: runs.map(({ tool, costs }): Runs => ({ tool: tool.name, costs })) };
  });
}

/** Every tool here reads all processes of the machine, so what others hold is in every figure. */
const others = (await report()).totals.closeWait;
if (others > 0)
  process.stdout.write(`${others} more connections in CLOSE-WAIT are on this machine: no good figures\n\n`);

const series: Series[] = [];
for (const sockets of values.sockets.split(',').map(Number)) {
  const measured = await measureScene(sockets, Number(values.processes), Number(values.rounds));
  series.push(measured);
  process.stdout.write(`${table(measured)}\n`);
}
if (!values['dry-run']) {
  const path = await writeResults(new Date(), others, series);
  process.stdout.write(`written to ${relative(process.cwd(), path)}\n`);
}
