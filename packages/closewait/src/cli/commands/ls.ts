import { listConnections, OwnerFinder, type StuckConnection } from '@closewait/core/diagnose';
import { ClosewaitError, type Facts, type ProcessFacts, type Unseen } from '@closewait/core/facts';
import {
  buildConnectionRow,
  connectionJsonLine,
  connectionProcessJson,
  formatConnectionTable,
  safeText,
} from '@closewait/core/report';
import type { TcpState } from '@closewait/core/tcp';
import { look } from '../../kernel/index.ts';
import type { Invocation } from '../command.ts';
import { openSource } from '../open-source.ts';
import { parseSelection } from '../selection/index.ts';
import type { Terminal } from '../terminal.ts';

interface LsOptions {
  readonly json?: boolean;
  readonly state: readonly TcpState[];
  readonly minAge: number;
  readonly where?: string;
  readonly from?: string;
  readonly allNamespaces: boolean;
}

/** A connection and the process that it belongs to. */
interface Row {
  readonly connection: StuckConnection;
  readonly owner: ProcessFacts | null;
}

/** `closewait ls`: one row a connection; one look, no diagnosis. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const { json, state, minAge, where, from, allNamespaces } = options as unknown as LsOptions;
  const selection = await parseSelection(operands, where);
  if (selection.causes.length > 0) {
    throw new ClosewaitError('usage', 'ls does not diagnose, so it cannot select a cause', {
      hint: `closewait ${operands.join(' ')}`,
    });
  }
  const source = await openSource(from);
  try {
    const facts = await look(source, { states: state, depth: 'list', allNamespaces });
    const rows = selectRows(facts, minAge, selection.over(facts));
    const count = json === true ? printJson(rows, terminal) : printTable([...rows], state, terminal);
    // Rows go to programs: what was not seen must not be mistaken for one.
    for (const unseen of facts.unseen) terminal.err(`closewait: not seen: ${describeUnseen(unseen)}\n`);
    return count > 0 ? 1 : 0;
  } finally {
    source.close();
  }
}

function* selectRows(
  facts: Facts,
  minAgeMs: number,
  selects: (connection: StuckConnection, process: ProcessFacts | null) => boolean,
): Generator<Row, void> {
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
