import { listConnections, OwnerFinder, type Selects, type StuckConnection } from '@closewait/core/diagnose';
import type { Facts, ProcessFacts, Unseen } from '@closewait/core/facts';
import {
  buildConnectionRow,
  connectionJsonLine,
  connectionProcessJson,
  formatConnectionTable,
  safeText,
} from '@closewait/core/report';
import type { TcpState } from '@closewait/core/tcp';
import type { Terminal } from './terminal.ts';

/** Which connections of a look are printed, and how. */
export interface RowOptions {
  /** Connections younger than this are passing through. */
  readonly minAgeMs: number;
  readonly selects: Selects;
  /** The states that were looked for. */
  readonly states: readonly TcpState[];
  /** A JSON document a line instead of a table. */
  readonly json: boolean;
}

/** A connection and the process that it belongs to. */
interface Row {
  readonly connection: StuckConnection;
  readonly owner: ProcessFacts | null;
}

/** Prints a row for each connection, and what was not seen; answers how many rows there were. */
export function printRows(facts: Facts, options: RowOptions, terminal: Terminal): number {
  const rows = selectRows(facts, options.minAgeMs, options.selects);
  const count = options.json ? printJson(rows, terminal) : printTable([...rows], options.states, terminal);
  // Rows go to programs: what was not seen must not be mistaken for one.
  for (const unseen of facts.unseen) terminal.err(`closewait: not seen: ${describeUnseen(unseen)}\n`);
  return count;
}

function* selectRows(facts: Facts, minAgeMs: number, selects: Selects): Generator<Row, void> {
  const finder = new OwnerFinder(facts);
  for (const connection of listConnections(facts)) {
    if (isPassing(connection, minAgeMs)) continue;
    const owner = finder.ownerOf(connection);
    if (selects(connection, owner)) yield { connection, owner };
  }
}

/** Only the age in CLOSE-WAIT is known; connections in other states are listed whatever their age. */
function isPassing({ socket, age }: StuckConnection, minAgeMs: number): boolean {
  return socket.state === 'CLOSE-WAIT' && age.ms !== null && age.ms < minAgeMs;
}

/** Lines are joined into writes of about this many characters: a write each would cost more than the row. */
const CHUNK_CHARACTERS = 64 * 1024;

/** Prints each row while the next one is found: 100,000 rows at once would be 100 MB. Answers how many there were. */
function printJson(rows: Iterable<Row>, terminal: Terminal): number {
  const jsonOf = new Map<ProcessFacts | null, string>([[null, 'null']]);
  let count = 0;
  let chunk = '';
  for (const { connection, owner } of rows) {
    let process = jsonOf.get(owner);
    if (process === undefined) {
      process = connectionProcessJson(owner);
      jsonOf.set(owner, process);
    }
    count++;
    chunk += `${connectionJsonLine(connection, process)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!terminal.out(chunk)) return count;
    chunk = '';
  }
  terminal.out(chunk);
  return count;
}

function printTable(rows: readonly Row[], states: readonly TcpState[], terminal: Terminal): number {
  const { colour, width } = terminal;
  if (rows.length === 0) terminal.out(`No connection in ${states.join(', ')}.\n`);
  // A person looks for the oldest; a program gets the kernel's order.
  const sorted = rows.toSorted((a, b) => (b.connection.age.ms ?? 0) - (a.connection.age.ms ?? 0));
  const built = sorted.map(({ connection, owner }) => buildConnectionRow(connection, owner));
  terminal.out(formatConnectionTable(built, { colour, width }));
  return rows.length;
}

function describeUnseen({ what, problem }: Unseen): string {
  const hint = problem.hint === undefined ? '' : `; ${problem.hint}`;
  return `${safeText(what)} (${safeText(problem.detail)})${safeText(hint)}`;
}
