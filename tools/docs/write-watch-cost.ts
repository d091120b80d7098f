import { watchSchema } from '../../bench/watch-schema.ts';

/** The README's table of what watching costs, from one run of bench/watch.ts. */
export function writeWatchCost(document: unknown): string {
  const { series, takenAt } = watchSchema.parse(document);
  const rows = series.map(({ asked, closesPerSecond, lostEvents, missing, ...cost }) => {
    const rate = `${count(closesPerSecond)}${asked === 0 ? ', the most the machine makes' : ''}`;
    const slowed = Math.max(0, (1 - cost.generatorRate) * 100).toFixed(1);
    const ofCore = (cost.cpuShareOfWatch * 100).toFixed(0);
    return `| ${rate} | ${count(lostEvents + missing)} | ${ofCore} % | ${cost.peakMemoryMb} MB | ${slowed} % |`;
  });
  return [
    '`closewait watch` beside a program that opens connections and closes them:',
    '',
    '| closes a second | lost | of one core | memory | slows that program by |',
    '|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    `Each close is two changes of state. Watch on and off in turns, medians; lost: of all rounds. ${takenAt.slice(0, 10)}.`,
  ].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en');
}
