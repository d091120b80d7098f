import type { Connections, Diagnosis } from '../diagnose/index.ts';
import type { Facts } from '../facts/index.ts';
import { buildReport, LISTED_PER_FINDING, type ReportOptions } from './build-report.ts';
import { ConnectionWriter } from './connection-writer.ts';
import { selectOldest } from './group-connections.ts';
import { safeJson } from './safe-text.ts';

const ENCODER = new TextEncoder();
const END_OF_CONNECTION = ENCODER.encode('}');
const COMMA = ENCODER.encode(',');

/**
 * Writes what `safeJson(buildReport(…))` gives, and a newline, in chunks: 190 findings list 19,000 connections, 8 MB, of
 * which the objects alone would cost more than all of the diagnosis.
 *
 * @param write false once nobody reads any more; what comes after is left out.
 */
export function writeReport(
  facts: Facts,
  diagnosis: Diagnosis,
  options: ReportOptions,
  write: (chunk: Uint8Array) => boolean,
): void {
  const { findings } = diagnosis;
  const report = buildReport(facts, diagnosis, { ...options, listsConnections: false });
  const writer = new ConnectionWriter(facts.closeLook, write);
  // No text can hold these: in a string each quotation mark would have a backslash before it.
  const [beforeFindings, afterFindings] = splitAt(safeJson({ ...report, findings: [] }), '"findings":[', ']');
  let goesOn = writer.addBytes(ENCODER.encode(beforeFindings));
  for (const [index, shown] of report.findings.entries()) {
    const [before, after] = splitAt(safeJson(shown), '"connections":[', ']');
    goesOn &&= index === 0 || writer.addBytes(COMMA);
    goesOn &&= writer.addBytes(ENCODER.encode(before));
    goesOn &&= addConnections(writer, findings[index]?.connections ?? []);
    goesOn &&= writer.addBytes(ENCODER.encode(after));
    if (!goesOn) return;
  }
  if (goesOn && writer.addBytes(ENCODER.encode(`${afterFindings}\n`))) writer.flush();
}

function addConnections(writer: ConnectionWriter, connections: Connections): boolean {
  return selectOldest(connections, LISTED_PER_FINDING).every(
    (connection, index) => (index === 0 || writer.addBytes(COMMA)) && writer.add(connection, END_OF_CONNECTION),
  );
}

/** What stands before and after the inside of an empty list. */
function splitAt(json: string, before: string, after: string): readonly [string, string] {
  const at = json.indexOf(`${before}${after}`) + before.length;
  return [json.slice(0, at), json.slice(at)];
}
