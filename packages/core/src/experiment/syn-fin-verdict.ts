import { checkControls } from './syn-fin-controls.ts';
import type { SynFinFateOf, SynFinTrial, SynFinVerdict } from './syn-fin-document.ts';
import { commonFate, fateOf, isUsable, showsCloseWait } from './syn-fin-fate.ts';
import { sayVerdict } from './syn-fin-sentences.ts';
import { SYN_FIN_PROBES_PROPER } from './syn-fin-words.ts';

/**
 * What follows from the trials for the kernel on which they were made. A CLOSE-WAIT that was seen is a yes by itself; a no
 * needs every segment with SYN and FIN delivered and watched, and every control: an experiment that cannot see CLOSE-WAIT
 * sees none.
 */
export function judgeSynFin(kernel: string, trials: readonly SynFinTrial[]): SynFinVerdict {
  const proper = trials.filter(({ probe }) => SYN_FIN_PROBES_PROPER.includes(probe));
  const controls = checkControls(trials);
  const fates = listFates(proper);
  const complete = proper.length > 0 && proper.every(isUsable) && controls.every(({ holds }) => holds);
  const toListener = proper.filter(({ target }) => target === 'listener');
  const seen = proper.some(showsCloseWait);
  const listener =
    controls.every(({ holds }) => holds) || toListener.some(showsCloseWait)
      ? commonFate(toListener.map(fateOf))
      : 'undecided';
  const verdict = {
    makesCloseWait: seen ? 'yes' : complete ? 'no' : 'undecided',
    listener,
    fates,
    controls,
  } as const;
  return { ...verdict, says: sayVerdict(kernel, trials, verdict) };
}

function listFates(trials: readonly SynFinTrial[]): readonly SynFinFateOf[] {
  return [...Map.groupBy(trials, ({ target, probe }) => `${target} ${probe}`).values()].flatMap((alike) =>
    alike.slice(0, 1).map(({ target, probe }) => ({
      target,
      probe,
      fate: commonFate(alike.map(fateOf)),
      settings: alike.map(({ settings }) => settings),
    })),
  );
}
