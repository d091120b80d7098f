import { formatCountOf, formatDuration, glue, hang, type Style } from '../report/index.ts';
import type { CapturedConnectionDocument, CaptureEndDocument } from './capture-document.ts';
import { formatMoment } from './text-moment.ts';

/** A connection that nobody owes a FIN on, in a line or two. */
export function formatConnectionLines(
  connection: CapturedConnectionDocument,
  dayOf: string | null,
  style: Style,
  width: number,
): readonly string[] {
  const [first, second] = connection.ends;
  const arrow = connection.opening === 'not-seen' ? ' - ' : ' > ';
  const ends = `${first.endpoint}${arrow}${second.endpoint}`;
  return [
    `  ${ends}`,
    ...hang('    ', `${describeStates(first, second)}; ${describeVerdict(connection, dayOf)}`, 4, width).map(
      style.faint,
    ),
  ];
}

function describeStates(first: CaptureEndDocument, second: CaptureEndDocument): string {
  return `${describeState(first)} and ${describeState(second)}`;
}

/** `CLOSED (LAST-ACK if the last segments to it were lost)`. */
export function describeState({ state, stateIfLost }: CaptureEndDocument): string {
  if (state === null) return 'not seen';
  return stateIfLost === null ? state : `${state} (${stateIfLost} if what was sent to it last was lost)`;
}

function describeVerdict(connection: CapturedConnectionDocument, dayOf: string | null): string {
  const { verdict, betweenFinsMs, resetBy, owes, doubts } = connection;
  switch (verdict) {
    case 'closed':
      return `closed both ways, ${glue(formatDuration(betweenFinsMs ?? 0))} between the FINs`;
    case 'reset':
      return `reset by ${resetBy ?? 'nobody'}`;
    case 'half-close-in-use':
      return owes === null
        ? 'in use'
        : `FIN at ${formatMoment(owes.since, dayOf)}, ${glue(formatCountOf(owes.octetsAfterFin, 'octet'))} from ${owes.endpoint} since then, the last at ${formatMoment(owes.lastDataAt ?? owes.since, dayOf)}`;
    case 'half-closed':
      return `${owes?.endpoint ?? ''} owes its FIN`;
    case 'open':
      return 'open';
    case 'unanswered':
      return 'the SYN was never answered';
    case 'cannot-say':
      return doubts.map(({ says }) => says).join('; ');
  }
}
