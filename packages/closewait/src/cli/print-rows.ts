import { listConnections, OwnerFinder, type Selects, type StuckConnection } from '@closewait/core/diagnose';
import type { Facts, Unseen } from '@closewait/core/facts';
import {
  buildConnectionRow,
  formatConnectionTable,
  type OwnedConnection,
  safeText,
  writeConnectionRows,
} from '@closewait/core/report';
import type { TcpState } from '@closewait/core/tcp';
import type { Terminal } from './terminal.ts';

/** Which connections of a look are printed, and how. */
export interface RowOptions {
  /** Connections younger than this are passing through. */
  readonly minAgeMs: number;
  readonly selects: Selects | undefined;
  /** The states that were looked for. */
  readonly states: readonly TcpState[];
  /** A JSON document a line instead of a table. */
  readonly json: boolean;
}

/** Prints a row for each connection, and what was not seen; answers how many rows there were. */
export function printRows(facts: Facts, options: RowOptions, terminal: Terminal): number {
  const rows = selectRows(facts, options.minAgeMs, options.selects);
  const count = options.json
    ? writeConnectionRows(rows, (chunk) => terminal.out(chunk))
    : printTable([...rows], options.states, terminal);
  // Rows go to programs: what was not seen must not be mistaken for one.
  for (const unseen of facts.unseen) terminal.err(`closewait: not seen: ${describeUnseen(unseen)}\n`);
  return count;
}

function* selectRows(facts: Facts, minAgeMs: number, selects: Selects | undefined): Generator<OwnedConnection, void> {
  const finder = new OwnerFinder(facts);
  for (const connection of listConnections(facts)) {
    if (isPassing(connection, minAgeMs)) continue;
    const owner = finder.ownerOf(connection);
    if (selects === undefined || selects(connection, owner)) yield { connection, owner };
  }
}

/** Only the age in CLOSE-WAIT is known; connections in other states are listed whatever their age. */
function isPassing({ socket, age }: StuckConnection, minAgeMs: number): boolean {
  return socket.state === 'CLOSE-WAIT' && age.ms !== null && age.ms < minAgeMs;
}

function printTable(rows: readonly OwnedConnection[], states: readonly TcpState[], terminal: Terminal): number {
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
