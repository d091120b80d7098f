import { PEERS, REMEDIES, type RemedyCause, type RemedyId, type UnmeasuredCell } from '@closewait/core/experiment';
import { whyNot } from './applicability.ts';
import type { PlannedCell } from './planned-cell.ts';

/** Cells that share a network namespace, a program with a slot for each, and the program of their peers. */
export interface Troupe {
  readonly cause: RemedyCause;
  readonly cells: readonly PlannedCell[];
}

/** What is to be measured, and what makes no sense. */
export interface Plan {
  readonly troupes: readonly Troupe[];
  readonly notApplicable: readonly UnmeasuredCell[];
}

/** What is done to the whole process, or the whole namespace, would be done to all slots in it. */
const APART: readonly (readonly RemedyId[])[] = [['raise-limit'], ['restart'], ['sysctl-keepalive', 'sysctl-alone']];

/** The control is always among the remedies: whether a worker was freed is told by what it does without any. */
export function planRemedies(causes: readonly RemedyCause[], remedies: readonly RemedyId[]): Plan {
  const places = causes.flatMap((cause) =>
    REMEDIES.filter(({ id }) => id === 'none' || remedies.includes(id)).flatMap(({ id: remedy }) =>
      PEERS.map(({ id: peer }) => ({ cause, remedy, peer })),
    ),
  );
  const judged = places.map((place) => ({ place, why: whyNot(place) }));
  const cells = judged.flatMap(({ place, why }) => (why === null ? [place] : []));
  const troupes = causes.flatMap((cause) => {
    const own = cells.filter((cell) => cell.cause === cause);
    const apart = APART.map((together) => own.filter(({ remedy }) => together.includes(remedy)));
    return [own.filter(({ remedy }) => !APART.flat().includes(remedy)), ...apart]
      .filter((group) => group.length > 0)
      .map((group) => ({ cause, cells: group }));
  });
  return {
    troupes,
    notApplicable: judged.flatMap(({ place, why }) =>
      why === null ? [] : [{ ...place, outcome: 'not-applicable' as const, why }],
    ),
  };
}
