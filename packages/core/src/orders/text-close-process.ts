import {
  describePlace,
  formatCount,
  formatDuration,
  glue,
  hang,
  joinWords,
  padEnd,
  padStart,
  type Style,
  safeCommand,
  safeText,
  widthOf,
} from '../report/index.ts';
import type { CloseAction, CloseDocument, CloseOrder, CloseProcess } from './close-document.ts';
import type { Frees } from './order.ts';

/** What the text depends on beside the document. */
export interface TextContext {
  readonly style: Style;
  readonly width: number;
}

const LABEL_AT = 4;
/** The longest label, `connection`, and two spaces. */
const TEXT_AT = LABEL_AT + 12;
/** More connections than these of one kind are counted; `--json` has all. */
const LISTED = 100;

/** The orders about one process; `pid` is null where no owner was seen. */
export function formatCloseProcess(
  { processes }: CloseDocument,
  pid: number | null,
  orders: readonly CloseOrder[],
  context: TextContext,
): readonly string[] {
  const process = processes.find((one) => one.pid === pid) ?? null;
  const groups = [...Map.groupBy(orders, groupKey).values()];
  return [
    ...formatProcessHead(process, orders, context),
    ...groups.flatMap((group, index) => [...(index === 0 ? [] : ['']), ...formatGroup(group, context)]),
  ];
}

/** Orders that read the same but for their connection. */
function groupKey({ finding, action, refusal, frees }: CloseOrder): string {
  const { leg, ...same } = action ?? {};
  return JSON.stringify([finding, same, leg === undefined || leg === null, refusal, frees]);
}

function formatProcessHead(
  process: CloseProcess | null,
  orders: readonly CloseOrder[],
  { style, width }: TextContext,
): readonly string[] {
  const right = [style.strong(`${formatCount(orders.length)} selected`), ...describeDescriptors(process, orders)].join(
    '   ',
  );
  const place = process === null ? null : describePlace(process);
  const name =
    process === null ? style.strong('no holder seen') : style.strong(safeText(process.comm ?? 'name unknown'));
  const left = `${name}${process === null ? '' : `  pid ${process.pid}`}${place === null ? '' : `  ${place}`}`;
  const room = width - widthOf(left);
  if (widthOf(right) + 3 <= room) return [left + padStart(right, room)];
  return [...hang('', left, 0, width), ...hang('', right, 2, width)];
}

function describeDescriptors(process: CloseProcess | null, orders: readonly CloseOrder[]): readonly string[] {
  if (orders.some(({ after }) => after?.ownerRuns === false)) return ['has ended'];
  if (process === null || process.descriptors === null) return [];
  const { limit, before, after } = process.descriptors;
  const open = after === null ? formatCount(before) : `${formatCount(before)} before, ${formatCount(after)} now,`;
  return [limit === null ? `${open} descriptors, no limit` : `${open} of ${formatCount(limit)} descriptors`];
}

function formatGroup(orders: readonly CloseOrder[], context: TextContext): readonly string[] {
  const [first] = orders;
  return first === undefined ? [] : [...formatDecision(first, context), ...formatConnections(orders, context)];
}

/** What is done to a connection, or why nothing, and what that gives back. */
export function formatDecision(
  { cause, confidence, action, refusal, frees }: CloseOrder,
  context: TextContext,
): readonly string[] {
  const { style, width } = context;
  const what = action === null ? style.warn('nothing is done') : style.strong(describeAction(action));
  return [
    ...hang(`  ${cause}, ${confidence}  `, what, LABEL_AT, width),
    ...(refusal === null ? [] : formatRefusal(refusal, context)),
    ...(action === null ? [] : formatFrees(frees, context)),
  ];
}

function describeAction({ method, direction, leg, timeoutMs, keepalive, soft, hard }: CloseAction): string {
  switch (method) {
    case 'destroy':
      return 'destroy: the kernel ends it (SOCK_DESTROY)';
    case 'shutdown': {
      const how = `shutdown of ${direction === 'both' ? 'both halves' : `the ${direction === 'read' ? 'reading' : 'writing'} half`}`;
      if (leg === null || leg === undefined) return how;
      return `${how} of the other side of the relay, in FIN-WAIT-2: the relay reads the end there`;
    }
    case 'timeout': {
      const time = formatDuration(timeoutMs ?? 0);
      return keepalive === true
        ? `timeout: keepalive probes, given up after ${time}`
        : `timeout: given up where nothing is acknowledged for ${time} (TCP_USER_TIMEOUT)`;
    }
    case 'limit': {
      const raised = hard === null || hard === undefined || hard > (soft ?? 0) ? '' : ', hard and soft';
      return `limit: ${formatCount(soft ?? 0)} descriptors${raised}`;
    }
    case 'thaw':
      return 'thaw: the process goes on';
    case 'free-descriptor':
      return 'free-descriptor: the process closes it, without learning of it';
    default:
      return method satisfies never;
  }
}

/** What helps instead stands in lines of its own, the command first. */
function formatRefusal({ why, hint }: NonNullable<CloseOrder['refusal']>, context: TextContext): readonly string[] {
  const ways = hint === null ? [] : safeCommand(hint).split('; ');
  return [
    ...formatField('why', safeText(why), context),
    ...ways.flatMap((way, index) =>
      formatField(index === 0 ? 'instead' : '', context.style.command(glueShort(way, context)), context),
    ),
  ];
}

/** A command is never broken where a line has room for it. */
function glueShort(text: string, { width }: TextContext): string {
  return text.length <= width - TEXT_AT ? glue(text) : text;
}

const THINGS = ['connection', 'descriptor', 'worker'] as const;

/** What it gives back and what it does not, by measurement: never left out. */
function formatFrees(frees: Frees | null, context: TextContext): readonly string[] {
  if (frees === null) return formatField('frees', 'not measured', context);
  const named = (is: string): readonly string[] => THINGS.filter((thing) => frees[thing] === is);
  const [yes, no, depends] = [named('yes'), named('no'), named('depends')];
  const parts = [
    ...(yes.length === 0 ? [] : [`the ${joinWords(yes)}`]),
    ...(depends.length === 0 ? [] : [`the ${joinWords(depends)} only where the peer has gone`]),
  ];
  return [
    ...formatField('frees', parts.length === 0 ? 'nothing' : parts.join('; '), context),
    ...(no.length === 0 ? [] : formatField('not', context.style.warn(glue(`the ${joinWords(no)}`)), context)),
  ];
}

function formatConnections(orders: readonly CloseOrder[], context: TextContext): readonly string[] {
  const said = new Set<string>();
  const lines = orders
    .slice(0, LISTED)
    .flatMap((order, index) => [
      ...formatConnection(order, index === 0, context),
      ...(order.outcome === null || order.refusal !== null ? [] : formatOutcome(order.outcome, said, context)),
    ]);
  const rest = orders.length - LISTED;
  return rest <= 0 ? lines : [...lines, ...formatField('', `and ${formatCount(rest)} more: --json has all`, context)];
}

function formatConnection(order: CloseOrder, isFirst: boolean, context: TextContext): readonly string[] {
  const { connection, action, owners } = order;
  const label = isFirst ? (connection === null ? 'socket' : 'connection') : '';
  const held = describeOwners(owners);
  const who =
    connection === null
      ? `closed already, ${held}`
      : [
          `${connection.local} with ${connection.remote}`,
          ...(connection.ageMs === null ? [] : [glue(formatDuration(connection.ageMs))]),
          ...(connection.txQueueBytes > 0 ? [glue(`Send-Q ${formatCount(connection.txQueueBytes)}`)] : []),
          glue(`Recv-Q ${formatCount(connection.rxQueueBytes)}`),
          held,
        ].join(', ');
  const leg = action?.leg ?? null;
  return [
    ...formatField(label, who, context),
    ...(leg === null
      ? []
      : formatField('', `by its other side ${leg.local} with ${leg.remote}, ${describeOwners(leg.owners)}`, context)),
  ];
}

function describeOwners(owners: CloseOrder['owners']): string {
  const [only] = owners;
  if (only === undefined) return glue('no descriptor');
  if (owners.length === 1) return glue(`fd ${only.fd}`);
  return (
    joinWords(owners.map(({ pid, fd }) => glue(`fd ${fd} of ${pid}`)).slice(0, 6)) + (owners.length > 6 ? ' …' : '')
  );
}

/** What differs from what was said of a connection above only in its numbers is not said again. */
function formatOutcome(
  { kind, detail, hint }: NonNullable<CloseOrder['outcome']>,
  said: Set<string>,
  { style, width }: TextContext,
): readonly string[] {
  const isDone = kind === 'ended' || kind === 'already-gone';
  const painted = (isDone ? style.good : style.warn)(kind);
  const key = `${kind} ${detail.replaceAll(/\d+/g, '0')}`;
  const text = said.has(key) ? 'as above' : [detail, ...(hint === null ? [] : [hint])].map(safeText).join('; ');
  said.add(key);
  return hang(' '.repeat(TEXT_AT + 2), `${painted}: ${text}`, TEXT_AT + 4, width);
}

function formatField(label: string, text: string, { style, width }: TextContext): readonly string[] {
  return hang(padEnd(' '.repeat(LABEL_AT) + style.faint(label), TEXT_AT), text, TEXT_AT, width);
}
