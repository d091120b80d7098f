import { createStyle, formatCount, formatCountOf, hang, padEnd, type Style, safeText } from '../../report/index.ts';
import type { TcpState } from '../../tcp/index.ts';
import { createInks } from './inks.ts';
import type { ExplainedState, StateChange, StateSetting, StatesDocument } from './states-document.ts';

/** How the page is written. */
export interface ExplainPageOptions {
  readonly colour: boolean;
  readonly width: number;
}

const AT = 12;
const ROLE_SAYS = {
  active: 'of the side that closes first',
  passive: 'of the side whose peer closes first',
  both: 'of a close from both sides at once',
  neither: 'before anybody closes',
} as const;

/** Everything about one state: `closewait states CLOSE-WAIT`. */
export function formatExplainedState(
  { explained, host, unseen }: StatesDocument & { readonly explained: ExplainedState },
  { colour, width }: ExplainPageOptions,
): readonly string[] {
  const style = createStyle(colour);
  const row = (name: string, text: string): readonly string[] => hang(style.strong(name), text, AT, width);
  const { state, role, count } = explained;
  const title = createInks(colour)[state === 'CLOSE-WAIT' ? 'alarm' : 'strong'](state);
  const place = state === 'CLOSED' ? 'no connection' : ROLE_SAYS[role];
  return [
    [title, ...(count === null ? [] : [`${formatCount(count)} here`]), place].join('   '),
    '',
    ...row('means', explained.means),
    ...row('on Linux', explained.linux),
    ...row('who acts', `${style.strong(explained.acts)}: ${explained.actsHow}`),
    ...row('lasts', explained.lasts),
    ...formatSettings(explained.settings, style, width),
    '',
    ...formatChanges('entered', 'from', explained.enters, style),
    '',
    ...formatChanges('left', 'to', explained.leaves, style),
    '',
    ...row('usual', explained.usual),
    ...row('trouble', explained.trouble),
    ...row('do', explained.todo),
    '',
    ...row('here', describeHere(explained, safeText(host.name))),
    ...unseen.flatMap(({ what, detail, hint }) =>
      hang(
        style.warn('not seen'),
        `${safeText(what)} (${safeText(detail)})${hint === null ? '' : `; ${safeText(hint)}`}.`,
        AT,
        width,
      ),
    ),
    ...row('next', style.command(explained.next)),
    ...hang(style.faint('sources'), explained.references.join('; '), AT, width).map((line) => style.faint(line)),
  ];
}

function formatSettings(settings: readonly StateSetting[], style: Style, width: number): readonly string[] {
  const texts = settings.map(({ name, value, why, unit }) =>
    value === null ? `${name} = ? (${why ?? 'unknown'})` : `${name} = ${value}${unit === 'seconds' ? ' s' : ''}`,
  );
  const columns = Math.max(0, ...texts.map((text) => text.length));
  const fits = settings.every(({ says }) => AT + columns + 2 + says.length <= width);
  const lines = settings.flatMap(({ says }, index) => {
    const head = padEnd(index === 0 ? style.strong('settings') : '', AT);
    const text = texts[index] ?? '';
    if (fits) return [`${head}${padEnd(text, columns)}  ${says}`];
    return [`${head}${text}`, ...hang('', says, AT + 2, width)];
  });
  return lines.length === 0 ? [] : [...lines, `${' '.repeat(AT)}${style.faint('values of the own network namespace')}`];
}

/** A table of the orderly ways; those out of order follow in one line. */
function formatChanges(
  name: string,
  preposition: 'from' | 'to',
  changes: readonly StateChange[],
  style: Style,
): readonly string[] {
  const orderly = changes.filter((change) => change.orderly);
  const rows = orderly.map(({ event, sends, state, section, opening }) => [
    event,
    sends ?? '',
    state,
    opening === null ? section : `${section}, ${opening} open only`,
  ]);
  const table = [['BY', 'SENDS', preposition.toUpperCase(), 'RFC 9293'], ...rows];
  const columns = [0, 1, 2, 3].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const lines = table.map((cells, index) => {
    const line = cells
      .map((cell, column) => padEnd(cell, columns[column] ?? 0))
      .join('  ')
      .trimEnd();
    return index === 0 ? padEnd(style.strong(name), AT) + style.faint(line) : ' '.repeat(AT) + line;
  });
  const others = changes.filter((change) => !change.orderly);
  return others.length === 0 ? lines : [...lines, `${' '.repeat(AT)}${describeOthers(preposition, others)}`];
}

/** `out of order: ABORT, rcv RST, user timeout, to CLOSED`. */
function describeOthers(preposition: string, changes: readonly StateChange[]): string {
  const events = [...new Set(changes.map(({ event }) => event))].join(', ');
  const states = [...new Set(changes.map(({ state }): TcpState => state))];
  return `out of order: ${events}, ${preposition} ${states.length > 3 ? 'every other state' : states.join(' or ')}`;
}

function describeHere(explained: ExplainedState, host: string): string {
  const { count, localPorts, localPortCount, holders, holderCount, unheld, ownerless } = explained;
  if (count === null) return 'not counted: in no table of the kernel.';
  const ports = localPorts.map(({ port, count: some }) => `:${port} (${formatCount(some)})`);
  const more = localPortCount - localPorts.length;
  const processes = holders.map(
    ({ pid, comm, count: some }) => `${comm === null ? '?' : safeText(comm)} ${pid} (${formatCount(some)})`,
  );
  const moreHolders = holderCount - holders.length;
  return [
    `${formatCountOf(count, 'socket')} on ${host}`,
    ...(ports.length === 0 ? [] : [`on local ports ${joinMore(ports, more)}`]),
    ...(processes.length === 0 ? [] : [`held by ${joinMore(processes, moreHolders)}`]),
    ...(unheld === 0 ? [] : [`${formatCount(unheld)} with a holder that was not seen`]),
    ...(ownerless === 0 ? [] : [`${formatCount(ownerless)} without a process`]),
  ].join('; ');
}

function joinMore(words: readonly string[], more: number): string {
  return `${words.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}
