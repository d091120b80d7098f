import type { ExplainedThread, ExplainedThreads } from './explain-document.ts';
import { glue, hang, padEnd, padStart, truncate, widthOf, wrap } from './layout.ts';
import { formatCount, formatCountOf, formatDuration } from './quantities.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

const INDENT = 4;
const GAP = '  ';
/** Columns without which what a thread does stands on a line of its own. */
const ROOM = 24;
/** `comm` has at most 15 bytes, but may need escapes. */
const NAME_COLUMNS = 16;
/** Kinds of threads that the text shows; JSON has each thread. */
const SHOWN_KINDS = 40;

/** Threads that do the same. */
interface ThreadKind {
  readonly first: ExplainedThread;
  readonly name: string;
  readonly count: number;
  /** The shortest: all of them have waited for as long. */
  readonly idleMs: number | null;
  /** Of all together. */
  readonly busyShare: number | null;
  readonly does: string;
}

interface Column {
  readonly name: string;
  readonly right: boolean;
  readonly cell: (kind: ThreadKind) => string;
}

const COLUMNS: readonly Column[] = [
  { name: 'COUNT', right: true, cell: ({ count }) => formatCount(count) },
  { name: 'TID', right: true, cell: ({ first }) => String(first.tid) },
  { name: 'NAME', right: false, cell: ({ name }) => truncate(safeText(name), NAME_COLUMNS) },
  { name: 'S', right: false, cell: ({ first }) => safeText(first.state) },
  { name: 'CPU', right: true, cell: ({ busyShare }) => (busyShare === null ? '' : `${Math.round(busyShare * 100)} %`) },
  { name: 'FOR', right: true, cell: describeIdle },
];

/** Every thread of a process in one line; those that do the same share one, the most numerous first. */
export function formatThreads(threads: ExplainedThreads, style: Style, width: number): readonly string[] {
  const kinds = foldThreads(threads.listed);
  const shown = kinds.slice(0, SHOWN_KINDS);
  const columns = COLUMNS.map((column) => ({ ...column, cells: shown.map(column.cell) }))
    .filter(
      ({ name, cells }) =>
        cells.some((cell) => cell !== '') && !(name === 'COUNT' && kinds.length === threads.listed.length),
    )
    .map((column) => ({
      ...column,
      columns: column.cells.reduce((most, cell) => Math.max(most, widthOf(cell)), column.name.length),
    }));
  const line = (cellOf: (column: (typeof columns)[number]) => string): string =>
    ' '.repeat(INDENT) +
    columns.map((column) => (column.right ? padStart : padEnd)(cellOf(column), column.columns) + GAP).join('');
  const at = widthOf(line(() => ''));
  const rest = kinds.slice(SHOWN_KINDS).reduce((sum, { count }) => sum + count, 0);
  return [
    ...wrap(describeHead(threads), width - 2).map((text) => `  ${style.strong(text)}`),
    style.faint(`${line(({ name }) => name)}${at + ROOM <= width ? 'DOES' : ''}`.trimEnd()),
    ...shown.flatMap(({ does }, index) => {
      const cells = line((column) => column.cells[index] ?? '');
      if (at + ROOM <= width) return hang(cells, does, at, width);
      return [cells.trimEnd(), ...hang('', does, INDENT + 2, width)];
    }),
    ...(rest > 0 ? hang('', `${formatCountOf(rest, 'more thread')}: --json has each`, INDENT, width) : []),
  ];
}

function describeHead({ count, runtime, frozen, listed }: ExplainedThreads): string {
  return [
    `${formatCountOf(count, 'thread')} of the process`,
    ...(listed.length < count ? [`${formatCount(listed.length)} were looked at`] : []),
    ...(runtime === null ? [] : [`runtime ${runtime}`]),
    ...(frozen === true ? ['frozen by its control group'] : []),
  ].join(', ');
}

/** `21 min`: since it last ran. Empty for one that runs. */
function describeIdle({ idleMs, first }: ThreadKind): string {
  return idleMs === null || first.state === 'R' ? '' : formatDuration(idleMs);
}

function foldThreads(threads: readonly ExplainedThread[]): readonly ThreadKind[] {
  const kinds = [...Map.groupBy(threads, kindKey).values()].flatMap((alike) => toKind(alike));
  return kinds.toSorted((a, b) => b.count - a.count || (b.busyShare ?? 0) - (a.busyShare ?? 0));
}

/** What tells kinds apart: a futex by its address, a connection by its peer, a descriptor only by what it leads to. */
function kindKey({ name, state, does, descriptor, target }: ExplainedThread): string {
  const place = descriptor === null ? does : does.replace(`descriptor ${descriptor}`, '');
  return JSON.stringify([familyName(name), state, target === null ? place : place.replace(/\[\d+\]/, '')]);
}

function toKind(alike: readonly ExplainedThread[]): readonly ThreadKind[] {
  const [first] = alike;
  if (first === undefined) return [];
  const names = new Set(alike.map(({ name }) => name));
  const descriptors = new Set(alike.map(({ descriptor }) => descriptor));
  const idle = alike.map(({ idleMs }) => idleMs);
  const busy = alike.map(({ busyShare }) => busyShare);
  const does = safeText(first.does).replaceAll(/\(futex [^)]+\)|descriptor \d+/g, glue);
  return [
    {
      first,
      count: alike.length,
      name: names.size === 1 ? first.name : familyName(first.name),
      idleMs: idle.includes(null) ? null : Math.min(...idle.map((ms) => ms ?? 0)),
      busyShare: busy.includes(null) ? null : busy.reduce<number>((sum, share) => sum + (share ?? 0), 0),
      does: descriptors.size === 1 ? does : `${does} and ${formatCount(descriptors.size - 1)} others`,
    },
  ];
}

/** `pool-1-thread-7` and its siblings are `pool-#-thread-#`. */
function familyName(name: string): string {
  return name.replaceAll(/\d+/g, '#');
}
