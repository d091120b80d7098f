import type { Sequence, SequenceHolder, SequenceLane, SequenceStep } from './explain-document.ts';
import { padEnd, truncate, widthOf } from './layout.ts';
import { formatInstant } from './quantities.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

const FIRST_LANE = 4;
/** Room right of the last lane: `MainThread 4121`. */
const LAST_HEAD = 16;
/** Below this width arrows have no room for what they carry. */
const NARROWEST = 72;

/**
 * The sequence as a picture: peer, kernel and program as lanes, time downwards, what is owed dashed. On a narrow terminal
 * a line a step.
 */
export function formatSequence(sequence: Sequence, takenAtMs: number, style: Style, width: number): readonly string[] {
  const steps = sequence.steps.map((step) => ({ step, when: describeWhen(step, takenAtMs) }));
  if (width < NARROWEST) return steps.map(({ step, when }) => formatLine(step, when));
  const gap = Math.min(38, Math.floor((width - FIRST_LANE - LAST_HEAD) / 2));
  const lanes = makeLanes(gap);
  return [
    ...formatHeads(sequence, gap, width),
    lanes.empty,
    ...steps.map(({ step, when }) => (step.done ? lanes.row(step, when) : style.warn(lanes.row(step, when)))),
  ];
}

function formatLine({ from, to, says, done }: SequenceStep, when: string): string {
  const arrow = done ? '-->' : '- >';
  return `${' '.repeat(FIRST_LANE)}${from} ${arrow} ${to}: ${says}${when === '' ? '' : ` (${when})`}`;
}

/** Who is in each lane, and below that the state of the connection as it sees it. */
function formatHeads({ connection, accepted, holders, peer }: Sequence, gap: number, width: number): readonly string[] {
  const indent = ' '.repeat(FIRST_LANE);
  const last = Math.min(gap - 2, width - FIRST_LANE - 2 * gap);
  const row = (first: string, second: string, third: string): string =>
    `${indent}${padEnd(first, gap)}${padEnd(second, gap)}${third}`.trimEnd();
  return [
    row(nameHolders(peer?.holders ?? [], 'peer', gap - 2), 'kernel', nameHolders(holders, 'no holder seen', last)),
    row(peer === null ? '' : peer.state, connection.state, accepted ? nameDescriptor(holders) : 'not accepted'),
  ];
}

/** The name gives way, the pid does not. */
function nameHolders(holders: readonly SequenceHolder[], otherwise: string, columns: number): string {
  const [first] = holders;
  if (first === undefined) return otherwise;
  const others = new Set(holders.map(({ pid }) => pid)).size - 1;
  const pid = ` ${first.pid}${others > 0 ? ` +${others}` : ''}`;
  return truncate(safeText(first.comm ?? 'process'), columns - pid.length) + pid;
}

function nameDescriptor(holders: readonly SequenceHolder[]): string {
  const [first] = holders;
  return first === undefined ? '' : `descriptor ${first.fd}`;
}

/** What this side has to do; data that the peer does not take is not in its hands. */
const OWED: ReadonlySet<string> = new Set(['accept', 'close', 'own-fin']);

interface Lanes {
  readonly empty: string;
  readonly row: (step: SequenceStep, when: string) => string;
}

const PLACE: Readonly<Record<SequenceLane, number>> = { peer: 0, kernel: 1, program: 2 };

function makeLanes(gap: number): Lanes {
  const blank = ' '.repeat(gap - 1);
  const indent = ' '.repeat(FIRST_LANE);
  const join = (left: string, right: string, note: string): string =>
    `${indent}|${left}|${right}|${note === '' ? '' : `  ${note}`}`;
  return {
    empty: join(blank, blank, ''),
    row({ id, from, to, says, done }, when) {
      const arrow = drawArrow(says, gap - 1, PLACE[from] < PLACE[to], done);
      const owed = OWED.has(id) ? 'owed' : '';
      if (from !== 'program' && to !== 'program')
        return join(arrow, padEnd(truncate(`  ${when}`, gap - 1), gap - 1), owed);
      return join(blank, arrow, owed);
    },
  };
}

/** `---- FIN ----->` or, where it has not happened, `- - FIN - - - >`. */
function drawArrow(says: string, columns: number, forward: boolean, done: boolean): string {
  const label = ` ${truncate(says, columns - 8)} `;
  const [start, end] = forward ? ['', '>'] : ['<', ''];
  const line = done ? '-' : '- ';
  const head = `${start}${done ? '----' : '- - '}`.slice(0, 4);
  const rest = columns - widthOf(head + label) - end.length;
  return head + label.slice(head.endsWith(' ') ? 1 : 0) + fill(line, rest + (head.endsWith(' ') ? 1 : 0)) + end;
}

function fill(pattern: string, columns: number): string {
  return pattern.repeat(columns).slice(0, Math.max(0, columns));
}

/** `13:41:30 UTC`, with the date where that is another day; `or before` where it is a bound. */
function describeWhen({ ageMs, ageIs }: SequenceStep, takenAtMs: number): string {
  if (ageMs === null) return '';
  const at = takenAtMs - ageMs;
  const instant = formatInstant(at, takenAtMs);
  const exact = instant.length === 'hh:mm UTC'.length ? `${new Date(at).toISOString().slice(11, 19)} UTC` : instant;
  return ageIs === 'exact' ? exact : `${exact} or before`;
}
