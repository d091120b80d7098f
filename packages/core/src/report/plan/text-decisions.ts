import type { DecisionKind } from '../../policy/index.ts';
import { glue, hang, padEnd, padStart, widthOf } from '../layout.ts';
import { formatCount, formatDuration } from '../quantities.ts';
import { safeText } from '../safe-text.ts';
import type { Paint, Style } from '../style.ts';
import type { PlanDocument, PlannedAction, PlannedDecision } from './plan-document.ts';

/** How decisions are written. */
export interface DecisionLayout {
  readonly style: Style;
  /** Columns. */
  readonly width: number;
  /** Names every connection. */
  readonly explain: boolean;
}

/** Without --explain so many connections are named below an action, and none below the other decisions. */
const NAMED = 10;

/** What is done first, then what waits, then what is left alone. */
const ORDER: readonly DecisionKind[] = ['act', 'observe', 'wait', 'exempt', 'protected'];

const WORDS: Readonly<Record<DecisionKind, string>> = {
  act: 'would act',
  observe: 'would act',
  wait: 'wait',
  exempt: 'leave',
  protected: 'protect',
};

/** What is said of `act` once it was done. */
const ACTED = 'acted';

/** A block for each reason, with how many connections it is the reason for, and these below it. */
export function formatDecisions(
  { decisions, carriedOut }: Pick<PlanDocument, 'decisions' | 'carriedOut'>,
  layout: DecisionLayout,
): readonly (readonly string[])[] {
  const reasons = [...Map.groupBy(decisions, reasonOf).values()].sort(
    (a, b) => rankOf(a) - rankOf(b) || b.length - a.length,
  );
  const countColumns = Math.max(0, ...reasons.map(({ length }) => formatCount(length).length));
  const blocks = reasons.map((alike) => formatReason(alike, { ...layout, carriedOut, countColumns }));
  // Without connections below them, reasons are a table.
  return layout.explain || blocks.some((lines) => lines.length > 3) ? blocks : [blocks.flat()];
}

function reasonOf({ decision, protection, action, why, cause, confidence }: PlannedDecision): string {
  return JSON.stringify([decision, protection, action, why, cause, confidence]);
}

function rankOf([first]: readonly PlannedDecision[]): number {
  return first === undefined ? 0 : ORDER.indexOf(first.decision);
}

function formatReason(
  alike: readonly PlannedDecision[],
  { style, width, explain, ...plan }: DecisionLayout & { readonly carriedOut: boolean; readonly countColumns: number },
): readonly string[] {
  const [first] = alike;
  if (first === undefined) return [];
  const { decision, protection, action, why, cause, confidence } = first;
  const word = plan.carriedOut && decision === 'act' ? ACTED : WORDS[decision];
  const count = padStart(formatCount(alike.length), plan.countColumns);
  const head = `${paintOf(decision, style)(padEnd(word, WORDS.observe.length))}  ${count}  `;
  const what = protection ?? (action === null ? null : glue(describeAction(action)));
  const says = `${what === null ? '' : `${what}: `}${safeText(why)} (${cause}, ${confidence})`;
  const named = explain ? alike : decision === 'act' || decision === 'observe' ? alike.slice(0, NAMED) : [];
  const rest = alike.length - named.length;
  return [
    ...hang(head, says, widthOf(head), width),
    ...formatRows(named, width),
    ...(named.length > 0 && rest > 0 ? [style.faint(`  and ${formatCount(rest)} more: --explain`)] : []),
  ];
}

function paintOf(kind: DecisionKind, style: Style): Paint {
  if (kind === 'act') return style.alarm;
  if (kind === 'observe') return style.warn;
  return kind === 'protected' ? style.good : (text) => text;
}

/** Age, ends, owner and descriptor, and what became of it. */
function formatRows(decisions: readonly PlannedDecision[], width: number): readonly string[] {
  const rows = decisions.map(({ connection, process, outcome }) => ({
    age: connection.ageMs === null ? '?' : formatDuration(connection.ageMs),
    local: connection.local,
    remote: connection.remote,
    owner: describeOwner(process, connection.owners),
    outcome,
  }));
  const columnsOf = (cellOf: (row: (typeof rows)[number]) => string): number =>
    rows.reduce((most, row) => Math.max(most, widthOf(cellOf(row))), 0);
  const [age, local, remote] = [
    columnsOf((row) => row.age),
    columnsOf((row) => row.local),
    columnsOf((row) => row.remote),
  ];
  return rows.flatMap((row) => {
    const cells = [padStart(row.age, age), padEnd(row.local, local), padEnd(row.remote, remote), row.owner];
    const line = `  ${cells.join('  ')}`.trimEnd();
    if (row.outcome === null) return [line];
    const hint = row.outcome.hint === null ? '' : `; ${row.outcome.hint}`;
    return [line, ...hang('      ', `${row.outcome.kind}: ${safeText(`${row.outcome.detail}${hint}`)}`, 6, width)];
  });
}

/** `java 4121/7`; the first of several descriptors, with how many more there are. */
function describeOwner(
  process: PlannedDecision['process'],
  [first, ...others]: PlannedDecision['connection']['owners'],
): string {
  if (process === null) return first === undefined ? '(holder not seen)' : `${first.pid}/${first.fd}`;
  const name = safeText(process.comm ?? '?');
  if (first === undefined) return `${name} ${process.pid} (not accepted)`;
  return `${name} ${first.pid}/${first.fd}${others.length === 0 ? '' : ` +${others.length}`}`;
}

/** `shutdown both`, `timeout 30 s`, `limit 65,536`. */
function describeAction({ method, direction, timeoutMs, limit }: PlannedAction): string {
  if (direction === 'read') return `${method} of the other side of the relay`;
  if (direction !== undefined) return `${method} ${direction}`;
  if (timeoutMs !== undefined) return `${method} ${formatDuration(timeoutMs)}`;
  return limit === undefined ? method : `${method} ${formatCount(limit)}`;
}
