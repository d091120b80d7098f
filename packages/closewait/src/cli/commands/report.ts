import { diagnose } from '@closewait/core/diagnose';
import { buildReport, formatReport, safeJson } from '@closewait/core/report';
import type { Invocation } from '../command.ts';
import { examineClosely } from '../examine-closely.ts';
import { openSource } from '../open-source.ts';
import { parseSelection } from '../selection/index.ts';
import { readVersion } from '../version.ts';

interface ReportCommandOptions {
  readonly json?: boolean;
  readonly minAge: number;
  readonly quick?: boolean;
  readonly where?: string;
  readonly from?: string;
  readonly allNamespaces: boolean;
  readonly arguments?: boolean;
}

/** `closewait`: every process with connections in CLOSE-WAIT, and why they are there. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const {
    json,
    minAge,
    quick = false,
    where,
    from,
    allNamespaces,
    ...rest
  } = options as unknown as ReportCommandOptions;
  const selection = await parseSelection(operands, where);
  const source = await openSource(from);
  try {
    const facts = await examineClosely(source, { minAgeMs: minAge, allNamespaces, quick });
    const diagnosis = diagnose(facts, { minAgeMs: minAge, selects: selection.over(facts) });
    const { causes } = selection;
    const findings = diagnosis.findings.filter(({ cause }) => causes.length === 0 || causes.includes(cause));
    const report = buildReport(
      facts,
      { ...diagnosis, findings },
      { showArguments: rest.arguments ?? (json !== true && terminal.interactive) },
    );
    terminal.out(
      json === true
        ? `${safeJson(report)}\n`
        : formatReport(report, {
            version: readVersion(),
            colour: terminal.colour,
            width: terminal.width,
            minAgeMs: minAge,
          }),
    );
    return findings.some(({ severity }) => severity !== 'benign') ? 1 : 0;
  } finally {
    source.close();
  }
}
