import type { ListedState, StateCounts } from '../../facts/index.ts';
import { formatCount, padEnd, padStart } from '../../report/index.ts';
import { closingRole, TCP_STATES } from '../../tcp/index.ts';
import { createInks } from './inks.ts';

/** How the list is written. */
export interface StatesListOptions {
  readonly colour: boolean;
  readonly width: number;
  readonly before: StateCounts | null;
}

const LISTED: readonly ListedState[] = TCP_STATES.filter((state) => state !== 'CLOSED');
const NAME_COLUMNS = Math.max(...LISTED.map((state) => state.length));
const SAYS = { active: 'active close', passive: 'passive close', both: 'both closed', neither: '' } as const;

/** A row for each state: its count, what changed, and which side closed first; for terminals that are too small. */
export function listStates(
  { counts }: { readonly counts: StateCounts },
  { colour, width, before }: StatesListOptions,
): readonly string[] {
  const inks = createInks(colour);
  const texts = LISTED.map((state) => formatCount(counts[state]));
  const countColumns = Math.max(...texts.map((text) => text.length));
  return LISTED.map((state, index) => {
    const role = closingRole(state);
    const ink =
      state === 'CLOSE-WAIT'
        ? 'alarm'
        : role === 'neither'
          ? 'strong'
          : role === 'passive'
            ? 'passive-strong'
            : 'active-strong';
    const change = before === null ? 0 : counts[state] - before[state];
    const changed = change === 0 ? '' : `${change > 0 ? '+' : '-'}${formatCount(Math.abs(change))}`;
    const text = texts[index] ?? '';
    const count = padStart((counts[state] === 0 ? inks.faint : inks.strong)(text), countColumns);
    const start = `${state === 'CLOSE-WAIT' ? '>' : ' '} ${padEnd(inks[ink](state), NAME_COLUMNS)}  ${count}`;
    const whole = `${start}  ${padEnd(changed, CHANGE_COLUMNS)}${SAYS[role]}`.trimEnd();
    return NAME_COLUMNS + countColumns + CHANGE_COLUMNS + SAYS.passive.length + 6 <= width
      ? whole
      : `${start}  ${changed}`.trimEnd();
  });
}

const CHANGE_COLUMNS = 8;
