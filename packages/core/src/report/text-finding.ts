import type { Severity } from '../facts/index.ts';
import type { ReportFinding, ReportListener, ReportRemedy } from './document.ts';
import { glue, hang, padEnd, widthOf } from './layout.ts';
import { formatCount } from './quantities.ts';
import { safeCommand, safeText } from './safe-text.ts';
import type { Paint, Style } from './style.ts';
import { describeConnections, describeFrees } from './words.ts';

const FINDING_AT = 2;
const LABEL_AT = 4;
/** The longest label, `listener`, and two spaces. */
const TEXT_AT = LABEL_AT + 10;

/** From this width on a remedy's text stands beside its command, and not below it. */
const WIDE = 100;
const WIDEST_COMMAND = 44;

/** What the text of a finding depends on beside the finding. */
export interface TextContext {
  readonly style: Style;
  readonly width: number;
  readonly takenAtMs: number;
}

/** The lines of one finding, below the head of its process. */
export function formatFinding(finding: ReportFinding, context: TextContext): readonly string[] {
  const { style, width } = context;
  const paint = paintOf(finding.severity, style);
  const cause = `${' '.repeat(FINDING_AT)}${paint(finding.cause)}, ${finding.confidence}`;
  const field = (label: string, texts: readonly string[]): readonly string[] =>
    texts.flatMap((text, index) =>
      hang(index === 0 ? ' '.repeat(LABEL_AT) + style.faint(label) : '', text, TEXT_AT, width),
    );
  return [
    ...hang(`${cause}  `, safeText(finding.title), width < WIDE ? LABEL_AT : widthOf(cause) + 2, width),
    ...hang('', describeConnections(finding, context.takenAtMs), LABEL_AT, width),
    ...field('listener', finding.listener === null ? [] : [describeListener(finding.listener)]),
    ...field(
      'why',
      finding.evidence.map(({ says }) => safeText(says)),
    ),
    ...field(
      'against',
      finding.against.map(({ says }) => safeText(says)),
    ),
    ...field(
      'or',
      finding.alternatives.map(({ cause: other, confidence }) => `${other}, ${confidence}`),
    ),
    ...field(
      'missing',
      finding.missing.map(({ why, hint }) => sentences(why, hint)),
    ),
    ...formatRemedies(finding.remedies, context),
    ...field('code', finding.codeFix === '' ? [] : [`${sentences(finding.codeFix)} ${style.faint(finding.docs)}`]),
  ];
}

function formatRemedies(remedies: readonly ReportRemedy[], { style, width }: TextContext): readonly string[] {
  const commands = remedies.map(({ command }) => (command === null ? '' : safeCommand(command)));
  const widest = Math.max(0, ...commands.map(widthOf));
  const beside = width >= WIDE && widest > 0 && widest <= WIDEST_COMMAND;
  const label = ' '.repeat(LABEL_AT) + style.faint('now');
  return remedies.flatMap((remedy, index) => {
    const first = padEnd(index === 0 ? label : '', TEXT_AT);
    const command = commands[index] ?? '';
    const text = sentences(remedy.does, describeFrees(remedy), remedy.risk, remedy.peerSees);
    if (command === '') return hang(first, text, TEXT_AT, width);
    if (beside) return hang(first + style.command(command), text, TEXT_AT + widest + 2, width);
    return [first + style.command(command), ...hang('', text, TEXT_AT + 2, width)];
  });
}

/** The kernel lets one more wait than the backlog says: sk_acceptq_is_full() of include/net/sock.h compares with >. */
function describeListener({ local, acceptQueue, backlog }: ReportListener): string {
  const waiting = glue(`${formatCount(acceptQueue)} of ${formatCount(backlog)}`);
  return `${local}, accept queue ${waiting}${acceptQueue > backlog ? ', full' : ''}`;
}

function paintOf(severity: Severity, style: Style): Paint {
  return { leak: style.alarm, stall: style.warn, benign: style.good }[severity];
}

/** Texts as sentences, one after the other, made safe. */
function sentences(...texts: readonly (string | null)[]): string {
  return texts
    .filter((text) => text !== null && text !== '')
    .map((text) => safeText(text ?? '').replace(/[^.!?:]$/, '$&.'))
    .join(' ');
}
