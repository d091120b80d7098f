import type { ReportFinding, ReportRemedy } from './document.ts';
import type { ExplainedFinding, Explanation } from './explain-document.ts';
import { isLoopbackText } from './find-peers.ts';
import { glue, hang, padEnd, widthOf, wrap } from './layout.ts';
import { formatCount, formatDuration, formatRate } from './quantities.ts';
import { safeCommand, safeText } from './safe-text.ts';
import { createStyle } from './style.ts';
import { describeRoot, describeTitle, formatParts, paintOf, type TextContext } from './text-finding.ts';
import { formatHead, formatPassing, formatUnseen } from './text-look.ts';
import { formatProcess, groupByProcess } from './text-process.ts';
import { joinLines, type TextReportOptions } from './text-report.ts';
import { formatSequence } from './text-sequence.ts';
import { formatSummary } from './text-summary.ts';
import { formatThreads } from './text-threads.ts';
import { usableWidth } from './usable-width.ts';
import { describeConnections, describeFrees, describeVictims } from './words.ts';

const AT = 2;
const LABEL_AT = 4;
const TEXT_AT = LABEL_AT + 9;

/** Everything about some findings, for a person: ends with a newline. */
export function formatExplanation(document: Explanation, options: TextReportOptions): string {
  const width = usableWidth(options.width);
  const style = createStyle(options.colour);
  const { findings } = document;
  const context: TextContext = { style, width, takenAtMs: Date.parse(document.takenAt), findings };
  return joinLines([
    ...formatHead(document, options.version, width).map(style.faint),
    '',
    ...formatSummary(findings, style, width),
    '',
    ...groupByProcess(findings).flatMap((own) => explainProcess(own, context)),
    ...formatPassing(document, options.minAgeMs, width),
    ...formatUnseen(document, style, width),
  ]);
}

function explainProcess(findings: readonly ExplainedFinding[], context: TextContext): readonly string[] {
  const threads = findings.find((finding) => finding.threads !== null)?.threads ?? null;
  return [
    ...formatProcess(findings, context),
    ...findings.flatMap((finding, index) => ['', ...explainFinding(finding, findings.slice(0, index), context)]),
    ...(threads === null ? [] : ['', ...formatThreads(threads, context.style, context.width)]),
    '',
  ];
}

function explainFinding(
  finding: ExplainedFinding,
  above: readonly ExplainedFinding[],
  context: TextContext,
): readonly string[] {
  const { style, width, takenAtMs } = context;
  const cause = `${' '.repeat(AT)}${paintOf(finding.severity, style)(finding.cause)}, ${finding.confidence}  `;
  return [
    ...hang(cause, describeTitle(finding), width < 100 ? LABEL_AT : widthOf(cause), width),
    ...hang('', describeConnections(finding, takenAtMs), LABEL_AT, width),
    ...field('rate', describeGrowth(finding), context),
    ...field('parts', formatParts(finding), context),
    ...field('root of', describeVictims(finding), context),
    ...field('root', describeRoot(finding, context), context),
    ...(finding.explanation === '' ? [] : ['', ...hang('', safeText(finding.explanation), LABEL_AT, width)]),
    '',
    ...heading('Evidence', context),
    ...formatEvidence(finding, context),
    ...explainSequence(finding, context),
    ...explainRemedies(finding, above, context),
    ...explainCode(finding, above, context),
  ];
}

function heading(text: string, { style, width }: TextContext): readonly string[] {
  return wrap(text, width - AT).map((line) => `${' '.repeat(AT)}${style.strong(line)}`);
}

function field(label: string, texts: readonly string[], { style, width }: TextContext): readonly string[] {
  return texts.flatMap((text, index) =>
    hang(padEnd(' '.repeat(LABEL_AT) + (index === 0 ? style.faint(label) : ''), TEXT_AT), text, TEXT_AT, width),
  );
}

function describeGrowth({ growth }: ReportFinding): readonly string[] {
  if (growth === null) return [];
  const bounds = [growth.lowPerMin, growth.highPerMin].map((perMin) => formatCount(Math.round(perMin)));
  if (formatRate(growth.perMin) === '') return [];
  const of = growth.over === 'ages' ? 'by the ages of' : 'between two looks in';
  return [
    `${glue(`${bounds.join(' to ')} more a minute`)} (95 %), ${of} the last ${glue(formatDuration(growth.windowMs))}`,
  ];
}

/** For, against, missing and the other causes; that nothing speaks against it is said too. */
function formatEvidence(finding: ExplainedFinding, context: TextContext): readonly string[] {
  const { style, width } = context;
  const evidence = (label: string, items: ReportFinding['evidence']): readonly string[] =>
    items.length === 0
      ? field(label, ['nothing'], context)
      : items.flatMap((item, index) =>
          [
            ...field(index === 0 ? label : '', [safeText(item.says)], context),
            ...hang('', describeSource(item), TEXT_AT + 2, width).map((line) => (line === '' ? '' : style.faint(line))),
          ].filter((line) => line !== ''),
        );
  const missing = finding.missing.map(({ why, hint }) =>
    hint === null ? safeText(why) : `${safeText(why)}: ${style.command(glue(safeCommand(hint)))}`,
  );
  const others = finding.others.map(
    ({ cause, confidence, summary }) => `${cause}, ${confidence}${summary === '' ? '' : `: ${safeText(summary)}`}`,
  );
  const page = style.command(glue(`closewait explain cause:${finding.others[0]?.cause ?? finding.cause}`));
  const apart = others.length === 0 ? [] : [`What tells them apart: ${page}`];
  return [
    ...evidence('for', finding.evidence),
    ...evidence('against', finding.against),
    ...field('missing', missing.length === 0 ? ['nothing'] : missing, context),
    ...field('or', [...others, ...apart], context),
  ];
}

/** The value as it was read, and where; a sentence that holds the value is not followed by it. */
function describeSource({ says, value, from }: ReportFinding['evidence'][number]): string {
  const text = value === null || typeof value === 'boolean' ? '' : safeText(String(value));
  const known = text === '' || says.includes(text) || says.includes(formatCount(Number(value)));
  return [...(known ? [] : [text]), ...(from === undefined ? [] : [`read from ${safeText(from)}`])].join(', ');
}

function explainSequence({ sequence, count }: ExplainedFinding, context: TextContext): readonly string[] {
  if (sequence === null) return [];
  const { connection, peer, holders, accepted } = sequence;
  const { style, width, takenAtMs } = context;
  const which = count === 1 ? 'The connection' : `The oldest of ${formatCount(count)} connections`;
  const owners = holders.map(({ comm, pid, tid, fd, cloexec }) => {
    const flag = cloexec === null ? '' : cloexec ? ', closed by exec' : ', passed on by exec';
    const own = tid === pid ? '' : `, in the table of thread ${tid} alone`;
    return `${safeText(comm ?? 'process')} ${pid}, descriptor ${fd}${own}${flag}`;
  });
  return [
    '',
    ...heading(`${which}: ${connection.local} with ${connection.remote}`, context),
    ...formatSequence(sequence, takenAtMs, style, width),
    ...field('peer', [describePeer(connection.remote, peer)], context),
    ...field('epoll', describeWatch(connection.interest), context),
    ...field(accepted ? 'held by' : 'queue of', owners.length === 0 ? ['nobody who was seen'] : owners, context),
  ];
}

function describePeer(remote: string, peer: NonNullable<ExplainedFinding['sequence']>['peer']): string {
  if (peer === null) {
    return isLoopbackText(remote)
      ? 'closed: no process holds the other end any more'
      : 'not on this host, or no process holds the other end any more';
  }
  const names = peer.holders.map(({ comm, pid, fd }) => `${safeText(comm ?? 'process')} ${pid}, descriptor ${fd}`);
  const who = names.length === 0 ? 'no process holds it' : `held by ${names.join('; ')}`;
  return peer.state === 'FIN-WAIT-2'
    ? `FIN-WAIT-2, ${who}: it waits for the FIN of this side`
    : `${peer.state}, ${who}`;
}

/** What an interest comes to for a FIN, by how it begins or ends. */
const WATCHES: readonly (readonly [RegExp, string])[] = [
  [/^not watched/, 'no event loop of its holders is told of data or of the FIN'],
  [/^ONESHOT fired/, 'reported once and not armed again: nothing is reported any more'],
  [/^nothing/, 'neither data nor the FIN is reported'],
  [/^OUT only/, 'room for sending is reported, the FIN is not'],
  [/^RDHUP only/, 'the FIN is reported, data is not'],
  [/edge/, 'data and the FIN are reported when they come, not while they lie unread'],
  [/level/, 'data and the FIN are reported for as long as they lie unread'],
];

function describeWatch(interest: string | null): readonly string[] {
  if (interest === null) return [];
  const meaning = WATCHES.find(([pattern]) => pattern.test(interest))?.[1];
  return [meaning === undefined ? interest : `${interest}: ${meaning}`];
}

function explainRemedies(
  { remedies }: ExplainedFinding,
  above: readonly ExplainedFinding[],
  context: TextContext,
): readonly string[] {
  if (remedies.length === 0) return [];
  const { style, width } = context;
  const key = ({ id, command, does }: ReportRemedy): string => JSON.stringify([id, command ?? does]);
  const said = new Set(above.flatMap((finding) => finding.remedies.map(key)));
  const fresh = remedies.filter((remedy) => !said.has(key(remedy)));
  const lines = fresh.flatMap((remedy) => [
    ...(remedy.command === null ? [] : [`${' '.repeat(LABEL_AT)}${style.command(safeCommand(remedy.command))}`]),
    ...hang('', safeText(remedy.does), remedy.command === null ? LABEL_AT : LABEL_AT + 2, width),
    ...[
      ['frees', describeFrees(remedy).replace(/^frees /, '')],
      ['risk', safeText(remedy.risk)],
      ['peer sees', safeText(remedy.peerSees)],
    ].flatMap(([label = '', text = '']) =>
      text === ''
        ? []
        : hang(padEnd(' '.repeat(LABEL_AT + 2) + style.faint(label), LABEL_AT + 13), text, LABEL_AT + 13, width),
    ),
  ]);
  const rest = fresh.length < remedies.length ? hang('', 'as above', LABEL_AT, width) : [];
  return ['', ...heading('What to do now', context), ...lines, ...rest];
}

const LANGUAGE_NAME = { c: 'C', node: 'Node.js', go: 'Go', java: 'Java', python: 'Python' } as const;

function explainCode(
  { cause, codeFix, codeFixes }: ExplainedFinding,
  above: readonly ExplainedFinding[],
  context: TextContext,
): readonly string[] {
  const { style, width } = context;
  const page = [
    '',
    ...hang('', `The whole page: ${style.command(glue(`closewait explain cause:${cause}`))}`, LABEL_AT, width),
  ];
  if (above.some((finding) => finding.cause === cause)) return page;
  if (codeFix === '' && codeFixes.length === 0) return page;
  return [
    '',
    ...heading('What to change in the program', context),
    ...(codeFix === '' ? [] : hang('', safeText(codeFix), LABEL_AT, width)),
    ...codeFixes.flatMap(({ language, says }) => field(LANGUAGE_NAME[language], [safeText(says)], context)),
    ...page,
  ];
}
