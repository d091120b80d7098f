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
  const source = openSource(from);
  try {
    const facts = look(source, { states: state, depth: 'list', allNamespaces });
    const rows = selectRows(facts, minAge, selection.over(facts));
    if (json === true) printJson(rows, terminal);
    else printTable(rows, state, terminal);
    // Rows go to programs: what was not seen must not be mistaken for one.
    for (const unseen of facts.unseen) terminal.err(`closewait: not seen: ${describeUnseen(unseen)}\n`);
    return rows.length > 0 ? 1 : 0;
  } finally {
    source.close();
  }
}

function selectRows(
  facts: Facts,
  minAgeMs: number,
  selects: (connection: StuckConnection, process: ProcessFacts | null) => boolean,
): readonly Row[] {
  const finder = new OwnerFinder(facts);
  const rows: Row[] = [];
  for (const connection of listConnections(facts)) {
    if (isPassing(connection, minAgeMs)) continue;
    const owner = finder.ownerOf(connection);
    if (selects(connection, owner)) rows.push({ connection, owner });
  }
  return rows;
}

/** Only the age in CLOSE-WAIT is known; connections in other states are listed whatever their age. */
function isPassing({ socket, age }: StuckConnection, minAgeMs: number): boolean {
  return socket.state === 'CLOSE-WAIT' && age.ms !== null && age.ms < minAgeMs;
}

/** Lines are joined into writes of about this many characters: a write each would cost more than the row. */
const CHUNK_CHARACTERS = 256 * 1024;

function printJson(rows: readonly Row[], terminal: Terminal): void {
  const jsonOf = new Map<ProcessFacts | null, string>([[null, 'null']]);
  let chunk = '';
  for (const { connection, owner } of rows) {
    let process = jsonOf.get(owner);
    if (process === undefined) {
      process = connectionProcessJson(owner);
      jsonOf.set(owner, process);
    }
    chunk += `${connectionJsonLine(connection, process)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!terminal.out(chunk)) return;
    chunk = '';
  }
  terminal.out(chunk);
}

function printTable(rows: readonly Row[], states: readonly TcpState[], terminal: Terminal): void {
  const { colour, width } = terminal;
  if (rows.length === 0) terminal.out(`No connection in ${states.join(', ')}.\n`);
  // A person looks for the oldest; a program gets the kernel's order.
  const sorted = rows.toSorted((a, b) => (b.connection.age.ms ?? 0) - (a.connection.age.ms ?? 0));
  const built = sorted.map(({ connection, owner }) => buildConnectionRow(connection, owner));
  terminal.out(formatConnectionTable(built, { colour, width }));
}

function describeUnseen({ what, problem }: Unseen): string {
  const hint = problem.hint === undefined ? '' : `; ${problem.hint}`;
  return `${safeText(what)} (${safeText(problem.detail)})${safeText(hint)}`;
}
