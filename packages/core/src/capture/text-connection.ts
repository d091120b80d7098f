import { formatCountOf, formatDuration, glue, hang } from '../report/index.ts';
import type { CapturedConnectionDocument, CaptureEndDocument } from './capture-document.ts';
import { formatMoment } from './text-moment.ts';

/** Where the description begins: behind two IPv4 endpoints. */
const AT = 48;

/** A connection that nobody owes a FIN on, in a line or two. */
export function formatConnectionLines(
  connection: CapturedConnectionDocument,
  dayOf: string | null,
  width: number,
): readonly string[] {
  const [first, second] = connection.ends;
  const arrow = connection.opening === 'not-seen' ? ' - ' : ' > ';
  const ends = `  ${first.endpoint}${arrow}${second.endpoint}`;
  const text = `${describeState(first)}${arrow}${describeState(second)}: ${describeVerdict(connection, dayOf)}`;
  return width >= 2 * AT && ends.length < AT ? hang(ends, text, AT, width) : [ends, ...hang('', text, 4, width)];
}

/** `LAST-ACK or CLOSED`: the last one when everything that was seen has arrived. */
export function describeState({ state, statesIfLost }: CaptureEndDocument): string {
  if (state === null) return 'not seen';
  return glue([...statesIfLost, state].join(' or '));
}

function describeVerdict(connection: CapturedConnectionDocument, dayOf: string | null): string {
  const { verdict, betweenFinsMs, resetBy, owes, doubts } = connection;
  switch (verdict) {
    case 'closed':
      return `closed both ways, ${glue(formatDuration(betweenFinsMs ?? 0))} between the FINs`;
    case 'reset':
      return `reset by ${resetBy ?? 'an end that was not seen'}`;
    case 'half-close-in-use':
      return owes === null
        ? 'in use'
        : `FIN at ${formatMoment(owes.since, dayOf)}, and since then ${glue(formatCountOf(owes.octetsAfterFin, 'octet'))} from ${owes.endpoint}, the last at ${formatMoment(owes.lastDataAt ?? owes.since, dayOf)}`;
    case 'half-closed':
      return `${owes?.endpoint ?? 'the other end'} owes its FIN`;
    case 'open':
      return 'open';
    case 'unanswered':
      return 'the SYN was never answered';
    case 'cannot-say': {
      const fin = owes === null ? '' : `FIN to ${owes.endpoint} at ${formatMoment(owes.since, dayOf)}; `;
      return `${fin}${doubts.map(({ says }) => says).join('; ')}`;
    }
  }
}
