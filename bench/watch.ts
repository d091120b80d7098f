/** `node bench/watch.ts`: what `closewait watch` costs, and what it loses. As root; about 6 minutes. See README.md. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { WatchSummary } from '@closewait/core/events';
import { watchSchema } from '@closewait/core/events/schema';
import { CLOSEWAIT } from '../test/support/closewait.ts';
import { makeNamespace, type NetworkNamespace } from '../test/support/namespace.ts';
import { programPath } from '../test/support/program.ts';
import { outputOf } from '../test/support/run.ts';
import { median } from './measure.ts';

const { values } = parseArgs({
  options: {
    /** Closes a second; 0: as many as the machine can make. Each is two transitions. */
    rates: { type: 'string', default: '10000,30000,50000,0' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** One run of the generator. */
interface Load {
  readonly closesPerSecond: number;
  /** Processor time that a close took the generator. */
  readonly cpuUsPerClose: number;
  readonly closes: number;
}

/** One run of the watch beside it. */
interface Watched {
  readonly load: Load;
  readonly seen: number;
  readonly lostEvents: number;
  /** Of one processor, while the generator ran. */
  readonly cpuShare: number;
  readonly peakMemoryMb: number;
  readonly bufferKilobytes: number | null;
}

async function generate(namespace: NetworkNamespace, rate: number): Promise<Load> {
  const command = [programPath('passive-closes'), String(rate), String(Number(values.seconds) * 1000), values.threads];
  const said = await outputOf(namespace.inside(command), { env: { FIXTURE_PARENT: String(process.pid) } });
  const [, closes = 0, us = 1, cpuUs = 0] = /closes=(\d+) us=(\d+) cpuUs=(\d+)/.exec(said)?.map(Number) ?? [];
  return { closes, closesPerSecond: (closes * 1e6) / us, cpuUsPerClose: cpuUs / closes };
}

/** What is asked of the watch. `lines` prints a document a close, `histogram` counts, as one would at such rates. */
const MODES = {
  histogram: ['--histogram', '--slower-than', '1h'],
  lines: ['--histogram'],
} as const;
type Mode = keyof typeof MODES;
const MODE_NAMES: readonly Mode[] = ['histogram', 'lines'];

async function watched(namespace: NetworkNamespace, rate: number, mode: Mode): Promise<Watched> {
  const [file = '', ...args] = [...CLOSEWAIT, 'watch', '--json', ...MODES[mode]];
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { pid = 0 } = child;
  const ended = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    // Lines of closes are not kept: they would be the memory of this process.
    const end = text.lastIndexOf('\n');
    if (text.length > 1 << 20) text = text.slice(end + 1);
  });
  await once(child.stdout, 'data');
  const before = cpuMsOf(pid);
  const began = performance.now();
  const load = await generate(namespace, rate);
  const cpuShare = (cpuMsOf(pid) - before) / (performance.now() - began);
  const peakMemoryMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  child.kill('SIGINT');
  await ended;
  const summary = summaryOf(text);
  const row = summary.distributions.find(({ of }) => of.startsWith('passive-closes'));
  return {
    load,
    seen: row?.count ?? 0,
    lostEvents: summary.lostEvents,
    cpuShare,
    peakMemoryMb,
    bufferKilobytes: summary.bufferKilobytes,
  };
}

function summaryOf(text: string): WatchSummary {
  for (const line of text.trimEnd().split('\n').toReversed()) {
    const document = watchSchema.parse(JSON.parse(line));
    if (document.kind === 'summary') return document;
  }
  throw new Error('no summary');
}

/** User and system time of a process, in ticks of 10 ms (USER_HZ is 100 on every architecture that closewait runs on). */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const takenAt = new Date();
const measured: Record<Mode, unknown[]> = { histogram: [], lines: [] };
const runs = MODE_NAMES.flatMap((mode) => values.rates.split(',').map((rate) => ({ mode, rate: Number(rate) })));
for (const { mode, rate } of runs) {
  using namespace = makeNamespace();
  // Remainders of the clients would use up the ports in a second.
  namespace.setSysctl('ipv4/tcp_max_tw_buckets', 0);
  const alone: Load[] = [];
  const beside: Watched[] = [];
  await generate(namespace, rate);
  for (let round = 0; round < Number(values.rounds); round++) {
    alone.push(await generate(namespace, rate));
    beside.push(await watched(namespace, rate, mode));
  }
  const of = (read: (run: Watched) => number): number => median(beside.map(read));
  const ratio = (read: (load: Load) => number): number =>
    median(beside.map(({ load }, round) => read(load) / read(alone[round] ?? load)));
  const summary = {
    mode,
    asked: rate,
    closesPerSecond: Math.round(of(({ load }) => load.closesPerSecond)),
    lostEvents: beside.reduce((sum, { lostEvents }) => sum + lostEvents, 0),
    missing: beside.reduce((sum, { seen, load }) => sum + load.closes - seen, 0),
    cpuShareOfWatch: Number(of(({ cpuShare }) => cpuShare).toFixed(3)),
    peakMemoryMb: Math.round(of(({ peakMemoryMb }) => peakMemoryMb)),
    generatorRate: Number(ratio(({ closesPerSecond }) => closesPerSecond).toFixed(3)),
    generatorCpuPerClose: Number(ratio(({ cpuUsPerClose }) => cpuUsPerClose).toFixed(3)),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  measured[mode].push({ ...summary, alone, beside });
}

if (!values['dry-run']) {
  const kernel = release().split('.').slice(0, 2).join('.');
  const machine = `linux-${kernel}-${process.arch}-${availableParallelism()}cpu`;
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${takenAt.toISOString().slice(0, 10)}-watch-${machine}.json`;
  const document = {
    takenAt: takenAt.toISOString(),
    machine,
    versions: { node: process.version },
    series: measured.histogram,
    lines: measured.lines,
  };
  writeFileSync(path, `${JSON.stringify(document, null, 1)}\n`);
  process.stdout.write(`written to ${path.slice(folder.length)}\n`);
}
