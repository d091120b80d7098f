import type { SynFinSettings, SynFinStep, SynFinTarget, SynFinTrial } from './syn-fin-document.ts';
import { countersOf, describeSockets } from './syn-fin-sentences.ts';
import { PROBE_WORDS, SIGHT_WORDS } from './syn-fin-words.ts';

/** One segment in a table; trials whose every segment fared alike with several settings are one. */
export interface SynFinRow {
  /** `SYN+FIN`, `then ACK`. */
  readonly sent: string;
  /** Whether it is a trial's first segment. */
  readonly isFirst: boolean;
  readonly settings: readonly SynFinSettings[];
  /** `SYN+ACK`, `none`; null: not to be used. */
  readonly answer: string | null;
  /** `SYN-RECEIVED`, `none`. */
  readonly sockets: string;
  /** What moved, and the listener's own count of drops. */
  readonly counters: readonly string[];
  /** Why it cannot be used; empty otherwise. */
  readonly trouble: string;
}

/** The trials as rows, by target, in their order. */
export function listSynFinRows(trials: readonly SynFinTrial[]): ReadonlyMap<SynFinTarget, readonly SynFinRow[]> {
  return new Map(
    [...Map.groupBy(trials, ({ target }) => target)].map(([target, own]) => {
      const alike = Map.groupBy(own, (trial) => JSON.stringify([trial.probe, rowsOf(trial, [])]));
      return [
        target,
        [...alike.values()].flatMap((same) =>
          same.slice(0, 1).flatMap((trial) =>
            rowsOf(
              trial,
              same.map((it) => it.settings),
            ),
          ),
        ),
      ];
    }),
  );
}

function rowsOf(trial: SynFinTrial, settings: readonly SynFinSettings[]): readonly SynFinRow[] {
  const rows = trial.steps.map((step, index) => ({
    sent: index === 0 ? PROBE_WORDS[trial.probe] : `then ${step.flags}${step.payloadBytes > 0 ? ', data' : ''}`,
    isFirst: index === 0,
    settings,
    answer: step.sight === 'seen' ? answerOf(step) : null,
    sockets: describeSockets(step),
    counters: [...countersOf(step), ...((step.listenerDrops ?? 0) > 0 ? ['dropped by listener'] : [])],
    trouble: SIGHT_WORDS[step.sight],
  }));
  if (trial.notMade === null) return rows;
  const sent = rows.length === 0 ? PROBE_WORDS[trial.probe] : 'then';
  const empty = { answer: null, sockets: '', counters: [], trouble: trial.notMade };
  return [...rows, { sent, isFirst: rows.length === 0, settings, ...empty }];
}

function answerOf({ answers }: SynFinStep): string {
  return answers.length === 0 ? 'none' : answers.map(({ flags }) => flags).join(' ');
}
