import { DIAGNOSED_STATES, type Diagnosis, diagnose } from '@closewait/core/diagnose';
import type { CauseId, Facts } from '@closewait/core/facts';
import { buildExplanation, formatExplanation, formatPage, safeJson, safeText } from '@closewait/core/report';
import { TCP_STATES } from '@closewait/core/tcp';
import type { Invocation } from '../command.ts';
import { examineClosely } from '../examine-closely.ts';
import { openSource } from '../open-source.ts';
import { readPage } from '../read-page.ts';
import { parseSelection } from '../selection/index.ts';
import type { Terminal } from '../terminal.ts';
import { readVersion } from '../version.ts';

interface ExplainOptions {
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly minAge: number;
  readonly where?: string;
  readonly from?: string;
  readonly allNamespaces: boolean;
  readonly arguments?: boolean;
}

/** Connections in every state: what a thread waits for, and the other ends of what is stuck. */
const EXPLAINED_STATES = TCP_STATES.filter((state) => !['LISTEN', 'CLOSED', 'TIME-WAIT'].includes(state));

/** `closewait explain`: everything known about some findings, or the page of a cause. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const { json, quick, minAge, where, from, allNamespaces, ...rest } = options as unknown as ExplainOptions;
  const selection = await parseSelection(operands, where);
  const { causes } = selection;
  const isAboutCauses = operands.length > 0 && causes.length === operands.length;
  if (isAboutCauses && json !== true && where === undefined && from === undefined) return printPages(causes, terminal);
  const source = await openSource(from);
  try {
    const facts = await examineClosely(source, {
      states: EXPLAINED_STATES,
      minAgeMs: minAge,
      allNamespaces,
      quick: quick === true,
    });
    const all = diagnose(narrowed(facts), { minAgeMs: minAge, selects: selection.over(facts) });
    const findings = all.findings.filter(({ cause }) => causes.length === 0 || causes.includes(cause));
    const explanation = buildExplanation(
      facts,
      { ...all, findings },
      {
        showArguments: rest.arguments ?? (json !== true && terminal.interactive),
      },
    );
    if (json === true) terminal.out(`${safeJson(explanation)}\n`);
    else if (findings.length === 0) terminal.out(sayNothing(operands, all, facts));
    else {
      const { colour, width } = terminal;
      terminal.out(formatExplanation(explanation, { version: readVersion(), colour, width, minAgeMs: minAge }));
    }
    return findings.some(({ severity }) => severity !== 'benign') ? 1 : 0;
  } finally {
    source.close();
  }
}

/** What a report would have: the verdict is the same. */
function narrowed(facts: Facts): Facts {
  return { ...facts, sockets: facts.sockets.filter(({ state }) => DIAGNOSED_STATES.includes(state)) };
}

function printPages(causes: readonly CauseId[], terminal: Terminal): number {
  const { colour, width } = terminal;
  terminal.out(causes.map((cause) => formatPage(readPage(cause), { colour, width })).join('\n'));
  return 0;
}

/** Nothing selected is an answer: it says of how much. */
function sayNothing(operands: readonly string[], { closeWait, passing }: Diagnosis, { closed }: Facts): string {
  const what = operands.length === 0 ? 'Nothing to explain' : `Nothing to explain of ${safeText(operands.join(' '))}`;
  const young = passing === 0 ? '' : `, ${passing} of them too young`;
  return `${what}: ${closeWait} in CLOSE-WAIT were seen${young}, ${closed.length} closed but held.\n`;
}
