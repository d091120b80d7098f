import { createStyle, describeCommandLine, formatFinding, usableWidth } from '@closewait/core/report';
import { cut } from './cells.ts';
import type { ProcessRow } from './host-look.ts';
import type { TopState } from './state.ts';

/** Everything about one process but its connections, as the report says it: each finding with its evidence and remedies. */
export function textOfProcess(
  { findings, moreFindings, pid }: ProcessRow,
  { look, size }: Pick<TopState, 'look' | 'size'>,
  colour: boolean,
): readonly string[] {
  // The report never writes narrower than 40 columns, nor wider than can be read.
  const width = Math.min(size.columns, usableWidth(size.columns));
  const style = createStyle(colour);
  const all = (look?.rows ?? []).flatMap((row) => row.findings);
  const context = { style, width, takenAtMs: look?.takenAtMs ?? 0, findings: all.length === 0 ? findings : all };
  const [process] = findings.flatMap((finding) => finding.process ?? []);
  const command = process === undefined ? null : describeCommandLine(process);
  return [
    ...(command === null ? [] : [style.faint(cut(`  ${command}`, width)), '']),
    ...findings.flatMap((finding, at) => [...formatFinding(finding, findings.slice(0, at), [], context), '']),
    ...(moreFindings === 0 ? [] : [`  and ${moreFindings} more findings: closewait explain pid:${pid}`, '']),
  ].slice(0, -1);
}
