import type { ConnectionRow } from './document.ts';
import { padEnd, padStart, truncate, widthOf } from './layout.ts';
import { formatCount, formatDuration } from './quantities.ts';
import { safeText } from './safe-text.ts';
import { createStyle } from './style.ts';

/** How the table is written. */
export interface ConnectionTableOptions {
  readonly colour: boolean;
  /** Columns of the terminal: the last column is cut to fit, the others never are. */
  readonly width: number;
}

interface Column {
  readonly name: string;
  readonly right: boolean;
  readonly cell: (row: ConnectionRow) => string;
}

const AGE: Column = { name: 'AGE', right: true, cell: describeAge };
const STATE: Column = { name: 'STATE', right: false, cell: ({ state }) => state };
const RX_QUEUE: Column = { name: 'RECV-Q', right: true, cell: ({ rxQueueBytes }) => formatCount(rxQueueBytes) };
const TX_QUEUE: Column = { name: 'SEND-Q', right: true, cell: ({ txQueueBytes }) => formatCount(txQueueBytes) };
const LOCAL: Column = { name: 'LOCAL', right: false, cell: ({ local }) => local };
const PEER: Column = { name: 'PEER', right: false, cell: ({ remote }) => remote };
const NETNS: Column = { name: 'NETNS', right: true, cell: ({ netns }) => String(netns) };
const OWNER: Column = { name: 'PID/FD', right: false, cell: describeOwner };
const PROCESS: Column = { name: 'NAME', right: false, cell: describeProcess };

const GAP = '  ';
/** Room that NAME keeps on a terminal that is too narrow: comm has at most 15 bytes. */
const NAME_COLUMNS = 15;

/** The table of `closewait ls`: a line a connection, in the order of the rows; empty where there are none. */
export function formatConnectionTable(
  rows: readonly ConnectionRow[],
  { colour, width }: ConnectionTableOptions,
): string {
  if (rows.length === 0) return '';
  const style = createStyle(colour);
  const columns = chooseColumns(rows).map((column) => measure(column, rows));
  const fixed = columns.reduce((sum, column) => sum + column.columns + GAP.length, 0);
  const nameColumns = Math.max(NAME_COLUMNS, width - fixed);
  const line = (cells: readonly string[], name: string): string => {
    const padded = columns.map(({ right, columns: size }, index) =>
      (right ? padStart : padEnd)(cells[index] ?? '', size),
    );
    return [...padded, truncate(name, nameColumns)].join(GAP).trimEnd();
  };
  const head = style.faint(
    line(
      columns.map(({ name }) => name),
      PROCESS.name,
    ),
  );
  const body = rows.map((row, index) =>
    line(
      columns.map(({ cells }) => cells[index] ?? ''),
      PROCESS.cell(row),
    ),
  );
  return `${[head, ...body].join('\n')}\n`;
}

/** STATE and NETNS only where they differ between rows. */
function chooseColumns(rows: readonly ConnectionRow[]): readonly Column[] {
  const states = rows.some(({ state }) => state !== rows[0]?.state);
  const namespaces = rows.some(({ netns }) => netns !== rows[0]?.netns);
  const aged = rows.some(({ ageMs }) => ageMs !== null);
  return [
    ...(aged ? [AGE] : []),
    ...(states ? [STATE] : []),
    RX_QUEUE,
    TX_QUEUE,
    LOCAL,
    PEER,
    ...(namespaces ? [NETNS] : []),
    OWNER,
  ];
}

function measure(
  column: Column,
  rows: readonly ConnectionRow[],
): Column & { readonly cells: readonly string[]; readonly columns: number } {
  const cells = rows.map((row) => column.cell(row));
  return { ...column, cells, columns: cells.reduce((most, cell) => Math.max(most, widthOf(cell)), column.name.length) };
}

/** `?` where it is not known, `-` where there is none to know. */
function describeAge({ ageMs, ageIs, state }: ConnectionRow): string {
  if (ageMs === null) return state === 'CLOSE-WAIT' ? '?' : '-';
  return ageIs === 'exact' ? formatDuration(ageMs) : `≥ ${formatDuration(ageMs)}`;
}

/** The first owner; the others are counted. `-` is nobody, `?` is somebody who was not seen. */
function describeOwner({ owners, inode }: ConnectionRow): string {
  const [first] = owners;
  if (first === undefined) return inode === 0 ? '-' : '?';
  return `${first.pid}/${first.fd}${owners.length === 1 ? '' : ` +${owners.length - 1}`}`;
}

/** A socket without an inode that could be accepted waits for that; in other states it is a remainder. */
function describeProcess({ process, inode, state }: ConnectionRow): string {
  const queued = inode === 0 && (state === 'CLOSE-WAIT' || state === 'ESTABLISHED');
  if (process !== null) {
    const name = process.comm === null ? '?' : safeText(process.comm);
    return queued ? `${name} (not accepted)` : name;
  }
  if (inode !== 0) return '(holder not seen)';
  return queued ? '(not accepted)' : '(no process)';
}
