import { PEERS, type PeerId, REMEDIES, type RemedyCause, type RemedyId } from '@closewait/core/experiment';
import { CAUSE_IDS, ClosewaitError } from '@closewait/core/facts';

// Not in option-values.ts: that is loaded by every command, and would bring all experiments with it.

/** What of the matrix is to be measured, and shown. */
export interface RemediesChoice {
  readonly causes: readonly RemedyCause[];
  readonly remedies: readonly RemedyId[];
  readonly peer: PeerId | undefined;
}

/** Reads the words of `--only`, `--remedy` and `--peer`; without them all. @throws ClosewaitError `usage` */
export function readRemediesChoice(words: {
  readonly only?: string;
  readonly remedy?: string;
  readonly peer?: string;
}): RemediesChoice {
  const causes = CAUSE_IDS.filter((id) => id !== 'undetermined');
  const remedies = REMEDIES.map(({ id }) => id);
  const peers = PEERS.map(({ id }) => id);
  return {
    causes: words.only === undefined ? causes : parseList(words.only, causes, '--only', 'cause that can be built'),
    remedies: words.remedy === undefined ? remedies : parseList(words.remedy, remedies, '--remedy', 'remedy'),
    peer: words.peer === undefined ? undefined : parseList(words.peer, peers, '--peer', 'kind of peer')[0],
  };
}

/** Each once, in the order of `known`. */
function parseList<T extends string>(text: string, known: readonly T[], option: string, what: string): readonly T[] {
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !known.some((id) => id === word));
  if (wrong === undefined) return known.filter((id) => words.includes(id));
  throw new ClosewaitError('usage', `${option}: '${wrong}' is no ${what}`, { hint: `use ${known.join(', ')}` });
}
