import { describe, expect, it } from 'vitest';
import { sampleResults, sampleWatchResults } from '../../bench/sample-results.ts';
import { duration } from './speed-plot/duration.ts';
import { writeSpeed } from './write-speed.ts';
import { writeWatchCost } from './write-watch-cost.ts';

describe('the table of speed', () => {
  it('has a row for each tool and says what took too long', () => {
    const text = writeSpeed(sampleResults());
    expect(text).toContain(
      '| `ss -tanp state close-wait` | 8 ms | 25 ms | 178 ms | 1.62 s | 5.11 s | 225 ms | 145 MB |',
    );
    expect(text).toContain('| `netstat -tanp` | 15 ms | 41 ms | 275 ms | 2.48 s | over 60 s | 241 ms | 145 MB |');
    expect(text).toMatch(/^\| `closewait ls --json`, \/proc \| 50 ms /m);
    expect(text).toMatch(/^\| `lsfd` \(sockets, no states\) \| 22 ms /m);
  });

  it('says the ratios that decide', () => {
    expect(writeSpeed(sampleResults())).toContain(
      '`closewait --quick --json` takes 1/13.9 of the time of `ss` and 1/10 of that of `lsof`',
    );
  });

  it('leaves out rows, columns and sentences of what was not measured', () => {
    const results = sampleResults();
    const series = results.series
      .filter(({ sockets, descriptors }) => sockets === 0 && descriptors === 0)
      .map((one) => ({ ...one, runs: one.runs.filter(({ tool }) => !tool.startsWith('netstat')) }));
    const text = writeSpeed({ ...results, series });
    expect(text).toContain('| connections in CLOSE-WAIT | nothing stuck | memory, of 95,000 |');
    expect(text).not.toMatch(/netstat|of the time of/);
  });

  it('marks rounds that lie far apart', () => {
    const results = sampleResults();
    const cost = { wallMs: 8, cpuMs: 8, peakMemoryMb: 3 };
    const runs = [{ tool: 'ss -tanp state close-wait', median: cost, costs: [cost, { ...cost, wallMs: 12 }] }];
    const series = [{ sockets: 0, processes: 5, descriptors: 0, rounds: 2, repeated: 0, runs }];
    expect(writeSpeed({ ...results, series })).toContain('| `ss -tanp state close-wait` | 8 ms ~ |');
  });
});

describe('the table of watching', () => {
  it('has a row for each rate', () => {
    expect(writeWatchCost(sampleWatchResults())).toContain(
      [
        '| 10,000 | 0 | 5 % | 90 MB | 0.4 % |',
        '| 44,000 | 0 | 20 % | 90 MB | 12.0 % |',
        '| 58,000, the most the machine makes | 3 | 31 % | 90 MB | 12.0 % |',
      ].join('\n'),
    );
  });
});

describe('duration', () => {
  it('has two or three digits', () => {
    expect([0.84, 8.31, 29.4, 812.3, 1334, 12_345, 60_000].map(duration)).toEqual([
      '0.8 ms',
      '8.3 ms',
      '29 ms',
      '812 ms',
      '1.33 s',
      '12 s',
      '60 s',
    ]);
  });
});
