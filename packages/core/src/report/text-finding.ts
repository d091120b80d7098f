import type { Severity } from '../facts/index.ts';
import type { ReportEvidence, ReportFinding, ReportRemedy } from './document.ts';
import { glue, hang, padEnd, padStart, widthOf } from './layout.ts';
import { formatCount } from './quantities.ts';
import { safeCommand, safeText } from './safe-text.ts';
import type { Paint, Style } from './style.ts';
import { describeConnections, describeFrees, describeVictims } from './words.ts';

const FINDING_AT = 2;
const LABEL_AT = 4;
/** The longest labels, `against` and `missing`, and two spaces. */
const TEXT_AT = LABEL_AT + 9;

/** From this width on a remedy's text stands beside its command, and not below it. */
const WIDE = 100;
const WIDEST_COMMAND = 44;

/** Stands for what a finding of the same process has said already. */
const AS_ABOVE = 'as above';

/** What the text of a finding depends on beside the finding. */
export interface TextContext {
  readonly style: Style;
  readonly width: number;
  readonly takenAtMs: number;
  /** Of the whole report: a finding may be the root of another. */
  readonly findings: readonly ReportFinding[];
}

/**
 * The lines of one finding. What stands in a finding above it, of the same process, is not said again; of what a
 * program should change, that is said once in a report.
 */
export function formatFinding(
  finding: ReportFinding,
  above: readonly ReportFinding[],
  elsewhere: readonly ReportFinding[],
  context: TextContext,
): readonly string[] {
  const { style, width, takenAtMs } = context;
  const cause = `${' '.repeat(FINDING_AT)}${paintOf(finding.severity, style)(finding.cause)}, ${finding.confidence}  `;
  const says = ({ says: text }: ReportEvidence): string => safeText(text);
  return [
    ...hang(cause, describeTitle(finding), width < WIDE ? LABEL_AT : widthOf(cause), width),
    ...hang('', describeConnections(finding, takenAtMs), LABEL_AT, width),
    ...formatField('parts', formatParts(finding), context),
    ...formatField('root of', describeVictims(finding), context),
    ...formatField('root', describeRoot(finding, context), context),
    ...formatField('why', finding.evidence.map(says), context),
    ...formatField('against', finding.against.map(says), context),
    ...formatField(
      'or',
      finding.alternatives.map(({ cause: other, confidence }) => `${other}, ${confidence}`),
      context,
    ),
    ...formatMissing(finding, above, context),
    ...formatRemedies(finding, above, context),
    ...formatField('code', describeCode(finding, above, elsewhere), context),
  ];
}

/** What is harmless is called so: nobody has to do anything. */
export function describeTitle({ title, severity }: ReportFinding): string {
  const text = safeText(title);
  return severity !== 'benign' || /harmless/i.test(text) ? text : `${text} Harmless.`;
}

/** How a finding divides, the counts in a column. */
export function formatParts({ parts }: ReportFinding): readonly string[] {
  const columns = Math.max(0, ...parts.map(({ count }) => formatCount(count).length));
  return parts.map(({ says, count }) => `${glue(padStart(formatCount(count), columns))}  ${safeText(says)}`);
}

/** The finding that is the root of this one, by its cause, and its process where that is another. */
export function describeRoot({ because, process }: ReportFinding, { findings }: TextContext): readonly string[] {
  const root = findings.find(({ id }) => id === because);
  if (root === undefined) return [];
  const pid = root.process?.pid;
  return [pid === undefined || pid === process?.pid ? root.cause : `${root.cause} of process ${pid}`];
}

function describeCode(
  { codeFix, docs }: ReportFinding,
  above: readonly ReportFinding[],
  elsewhere: readonly ReportFinding[],
): readonly string[] {
  if (codeFix === '' || above.some((finding) => finding.codeFix === codeFix)) return [];
  if (elsewhere.some((finding) => finding.codeFix === codeFix)) return [`${AS_ABOVE}; ${glue(safeText(docs))}`];
  return [`${safeText(codeFix)} ${glue(safeText(docs))}`];
}

function formatField(label: string, texts: readonly string[], { style, width }: TextContext): readonly string[] {
  return texts.flatMap((text, index) => hang(index === 0 ? formatLabel(label, style) : '', text, TEXT_AT, width));
}

function formatLabel(label: string, style: Style): string {
  return padEnd(' '.repeat(LABEL_AT) + style.faint(label), TEXT_AT);
}

/** The hint is the next command: it is never broken. */
function formatMissing(
  { missing }: ReportFinding,
  above: readonly ReportFinding[],
  context: TextContext,
): readonly string[] {
  const said = new Set(above.flatMap((finding) => finding.missing.map(({ why }) => why)));
  const fresh = missing.filter(({ why }) => !said.has(why));
  const texts = fresh.map(({ why, hint }) => {
    return hint === null ? safeText(why) : `${safeText(why)}: ${context.style.command(glue(safeCommand(hint)))}`;
  });
  return formatField('missing', fresh.length < missing.length ? [...texts, AS_ABOVE] : texts, context);
}

/** Commands stand in a column of their own where that leaves room; what each frees is never left out. */
function formatRemedies(
  { remedies }: ReportFinding,
  above: readonly ReportFinding[],
  context: TextContext,
): readonly string[] {
  const { style, width } = context;
  const said = new Set(above.flatMap((finding) => finding.remedies.map(identify)));
  const fresh = remedies.filter((remedy) => !said.has(identify(remedy)));
  const widest = Math.max(0, ...fresh.map(({ command }) => widthOf(safeCommand(command ?? ''))));
  const beside = width >= WIDE && widest > 0 && widest <= WIDEST_COMMAND;
  const lines = fresh.flatMap((remedy, index) => {
    const first = index === 0 ? formatLabel('now', style) : ' '.repeat(TEXT_AT);
    const text = describeRemedy(remedy);
    if (remedy.command === null) return hang(first, text, TEXT_AT, width);
    const command = style.command(safeCommand(remedy.command));
    if (beside) return hang(first + command, text, TEXT_AT + widest + 2, width);
    return [first + command, ...hang('', text, TEXT_AT + 2, width)];
  });
  if (fresh.length === remedies.length) return lines;
  return [...lines, ...hang(fresh.length === 0 ? formatLabel('now', style) : '', AS_ABOVE, TEXT_AT, width)];
}

function describeRemedy(remedy: ReportRemedy): string {
  const risk = remedy.risk === '' ? [] : [`risk: ${safeText(remedy.risk)}`];
  return [safeText(remedy.does), describeFrees(remedy), ...risk].join('; ');
}

/** A remedy is the same where it is the same command; without one, where it does the same. */
function identify({ id, command, does }: ReportRemedy): string {
  return JSON.stringify([id, command ?? does]);
}

export function paintOf(severity: Severity, style: Style): Paint {
  return { leak: style.alarm, stall: style.warn, benign: style.good }[severity];
}
