import { FEW, MANY, MILLION, TOOL } from '../../bench/names.ts';
import type { BenchResults, Runs } from '../../bench/results-schema.ts';
import { benchSchema } from '../../bench/results-schema.ts';
import { isUnsteady } from '../../bench/statistics.ts';
import { drawSpeed } from './speed-plot/draw-speed.ts';
import { duration } from './speed-plot/duration.ts';

const SHOWN: readonly string[] = [
  TOOL.ss,
  TOOL.lsof,
  TOOL.netstat,
  TOOL.lsfd,
  TOOL.list,
  TOOL.quick,
  TOOL.report,
  TOOL.listProc,
  TOOL.quickProc,
  TOOL.listWarm,
  TOOL.quickWarm,
];

interface Column {
  readonly title: string;
  readonly sockets: number;
  readonly descriptors: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'nothing stuck', sockets: 0, descriptors: 0 },
  ...[FEW, 10_000, MANY, 300_000].map((sockets) => ({ title: count(sockets), sockets, descriptors: 0 })),
  { title: `${count(FEW)} beside ${count(MILLION)} other descriptors`, sockets: FEW, descriptors: MILLION },
];

/** The README's table of costs, from one run of the benchmark. */
export function writeSpeed(document: unknown): string {
  const results = benchSchema.parse(document);
  // What was not measured anywhere takes no room.
  const columns = COLUMNS.filter(({ sockets, descriptors }) => hasScene(results, sockets, descriptors));
  const tools = SHOWN.filter((tool) => results.series.some(({ runs }) => runs.some((one) => one.tool === tool)));
  const head = ['connections in CLOSE-WAIT', ...columns.map(({ title }) => title), `memory, of ${count(MANY)}`];
  return [
    `| ${head.join(' | ')} |`,
    `|---|${'---:|'.repeat(head.length - 1)}`,
    ...tools.map((tool) => writeRow(tool, columns, results)),
    '',
    ...writeNotes(results),
  ].join('\n');
}

/** The README's picture of the same run. */
export function drawSpeedPicture(document: unknown): string {
  return drawSpeed(benchSchema.parse(document));
}

function writeRow(tool: string, columns: readonly Column[], results: BenchResults): string {
  const [command = tool] = tool.split(/, | \(/);
  const cells = columns.map(({ sockets, descriptors }) => writeTime(findRuns(results, tool, sockets, descriptors)));
  const memory = findRuns(results, tool, MANY)?.median?.peakMemoryMb;
  return `| \`${command}\`${tool.slice(command.length)} | ${cells.join(' | ')} | ${memory === undefined ? '' : `${count(Math.round(memory))} MB`} |`;
}

/** Empty where it was not measured. */
function writeTime({ median, costs, overLimitMs }: Partial<Runs> = {}): string {
  if (!median) return overLimitMs === undefined ? '' : `over ${duration(overLimitMs)}`;
  return `${duration(median.wallMs)}${isUnsteady((costs ?? []).map(({ wallMs }) => wallMs)) ? ' ~' : ''}`;
}

function writeNotes(results: BenchResults): readonly string[] {
  const wallOf = (tool: string, sockets: number): number | undefined => {
    return findRuns(results, tool, sockets)?.median?.wallMs;
  };
  const shares = [TOOL.quick, TOOL.list].flatMap((tool) => {
    const [own, ss, lsof] = [wallOf(tool, MANY), wallOf(TOOL.ss, MANY), wallOf(TOOL.lsof, MANY)];
    if (own === undefined || ss === undefined || lsof === undefined) return [];
    return [`\`${tool}\` takes ${share(own, ss)} of the time of \`ss\` and ${share(own, lsof)} of that of \`lsof\``];
  });
  const runtime = wallOf(TOOL.runtime, 0);
  const versions = Object.entries(results.versions).flatMap(([name, version]) =>
    version === null ? [] : [`${name} ${version.replace(/^v/, '')}`],
  );
  return [
    ...(shares.length === 0 ? [] : [`With ${count(MANY)} connections ${shares.join(', ')}.`, '']),
    'Whole processes from start to end, medians; `~`: the rounds lie far apart. `closewait --json` pauses for 500 ms between its',
    'two looks; where nothing is stuck there is one look. `/proc`: without BPF, as without the privilege for it. `warm`: one more',
    `look of a process that looks again and again.${runtime === undefined ? '' : ` Node.js itself takes ${duration(runtime)} of each cold run.`}`,
    `${versions.join(', ')}; ${results.takenAt.slice(0, 10)}.`,
  ];
}

function hasScene({ series }: BenchResults, sockets: number, descriptors: number): boolean {
  return series.some((one) => one.sockets === sockets && one.descriptors === descriptors);
}

function findRuns({ series }: BenchResults, tool: string, sockets: number, descriptors = 0): Runs | undefined {
  const found = series.find((one) => one.sockets === sockets && one.descriptors === descriptors);
  return found?.runs.find((runs) => runs.tool === tool);
}

function share(value: number, of: number): string {
  return `1/${Number((of / value).toFixed(1))}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
