import type { Invocation } from '../command.ts';
import { examineClosely } from '../examine-closely.ts';
import { openSource } from '../open-source.ts';
import { parseSelection } from '../selection/index.ts';

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
    // What judges and prints is loaded while the kernel answers.
    const [facts, { printReport }] = await Promise.all([
      examineClosely(source, { minAgeMs: minAge, allNamespaces, quick }),
      import('../print-report.ts'),
    ]);
    const showArguments = rest.arguments ?? (json !== true && terminal.interactive);
    return printReport(facts, { minAgeMs: minAge, selection, json: json === true, showArguments }, terminal) ? 1 : 0;
  } finally {
    source.close();
  }
}
