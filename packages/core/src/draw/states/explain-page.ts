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
  both: 'of both sides, when each closes before it has seen that the other did',
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

/** Orderly ways first, each on a line; those out of order follow together. */
function formatChanges(
  name: string,
  preposition: string,
  changes: readonly StateChange[],
  style: Style,
): readonly string[] {
  const orderly = changes.filter((change) => change.orderly);
  const shown = orderly.length === 0 ? changes : orderly;
  const events = Math.max(...shown.map(({ event }) => event.length), 0);
  const sends = Math.max(...shown.map((change) => describeSent(change).length), 0);
  const states = Math.max(...shown.map(({ state }) => state.length), 0);
  const lines = shown.map((change, index) => {
    const { event, state, section, opening } = change;
    const only = opening === null ? '' : `, ${opening} open only`;
    const cells = [
      padEnd(event, events),
      padEnd(describeSent(change), sends),
      `${preposition} ${padEnd(state, states)}`,
      style.faint(`RFC 9293 ${section}${only}`),
    ].filter((cell) => cell.trim() !== '');
    return `${padEnd(index === 0 ? style.strong(name) : '', AT)}${cells.join('   ')}`;
  });
  const others = changes.filter((change) => !shown.includes(change));
  return others.length === 0 ? lines : [...lines, `${' '.repeat(AT)}${describeOthers(preposition, others)}`];
}

function describeSent({ sends }: StateChange): string {
  return sends === null ? '' : `sends ${sends}`;
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
