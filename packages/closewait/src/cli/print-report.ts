import { diagnose } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { buildReport, formatReport, writeReport } from '@closewait/core/report';
import type { Selection } from './selection/index.ts';
import type { Terminal } from './terminal.ts';
import { readVersion } from './version.ts';

/** What is reported of a look, and how. */
export interface PrintOptions {
  /** Connections younger than this are passing through. */
  readonly minAgeMs: number;
  readonly selection: Selection;
  /** One document instead of text. */
  readonly json: boolean;
  /** Whether the arguments of command lines are shown; they may hold secrets. */
  readonly showArguments: boolean;
}

/** Diagnoses a look and prints the report; answers whether it has findings that are not benign. */
export function printReport(facts: Facts, options: PrintOptions, terminal: Terminal): boolean {
  const { minAgeMs, selection, json, showArguments } = options;
  const diagnosis = diagnose(facts, { minAgeMs, selects: selection.over(facts) });
  const { causes } = selection;
  const findings = diagnosis.findings.filter(({ cause }) => causes.length === 0 || causes.includes(cause));
  const judged = { ...diagnosis, findings };
  if (json) {
    writeReport(facts, judged, { showArguments }, (chunk) => terminal.out(chunk));
  } else {
    const { colour, width } = terminal;
    const report = buildReport(facts, judged, { showArguments });
    terminal.out(formatReport(report, { version: readVersion(), colour, width, minAgeMs }));
  }
  return findings.some(({ severity }) => severity !== 'benign');
}
