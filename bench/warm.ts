/**
 * Looks again and again inside one process, as something that watches does: `node bench/warm.ts LOOKS ARGUMENT…` runs
 * closewait with these arguments LOOKS + 1 times, and writes what each but the first cost to descriptor 3, in the form of
 * measure.c. What the first has loaded, compiled and cached the others find.
 */
import { writeSync } from 'node:fs';
import { runProgram } from '../packages/closewait/src/cli/program.ts';

const COSTS = 3;
const [looks, ...args] = process.argv.slice(2);

for (let look = 0; look <= Number(looks); look += 1) {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const exitCode = await runProgram(args);
  const wallUs = Math.round((performance.now() - start) * 1000);
  const { user, system } = process.cpuUsage(cpu);
  if (look === 0) continue;
  const { maxRSS } = process.resourceUsage();
  writeSync(COSTS, `wallUs=${wallUs} userUs=${user} systemUs=${system} maxRssKb=${maxRSS} exitCode=${exitCode}\n`);
}
