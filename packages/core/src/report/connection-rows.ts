import type { StuckConnection } from '../diagnose/index.ts';
import type { ProcessFacts } from '../facts/index.ts';
import { buildConnectionProcess } from './build-connection.ts';
import { ConnectionWriter } from './connection-writer.ts';
import { safeJson } from './safe-text.ts';

/** A connection and the process that it belongs to. */
export interface OwnedConnection {
  readonly connection: StuckConnection;
  /** Null where no owner was seen. */
  readonly owner: ProcessFacts | null;
}

/**
 * Writes the rows of `closewait ls --json`: each parses to what `buildConnectionRow` builds, and ends with a newline. Rows
 * are written while the next one is found, in chunks of 256 KiB: 100,000 rows are 50 MB. Answers how many there were.
 *
 * @param write false once nobody reads any more; what comes after is left out.
 */
export function writeConnectionRows(rows: Iterable<OwnedConnection>, write: (chunk: Uint8Array) => boolean): number {
  const writer = new ConnectionWriter(null, write);
  const tails = new Map<ProcessFacts | null, Uint8Array>();
  let count = 0;
  for (const { connection, owner } of rows) {
    let tail = tails.get(owner);
    if (tail === undefined) {
      tail = new TextEncoder().encode(`,"process":${processJson(owner)}}\n`);
      tails.set(owner, tail);
    }
    count++;
    if (!writer.add(connection, tail)) return count;
  }
  writer.flush();
  return count;
}

function processJson(process: ProcessFacts | null): string {
  return process === null ? 'null' : safeJson(buildConnectionProcess(process));
}
