import type { Selects, StuckConnection } from '@closewait/core/diagnose';
import type { CauseId, Facts, ProcessFacts } from '@closewait/core/facts';

/** Which connections a command is about. */
export interface Selection {
  /** Causes that were asked for, none: all. Only a diagnosis can apply them. */
  readonly causes: readonly CauseId[];
  /** What decides about the connections of a look; undefined: all of them are meant. */
  readonly over: (facts: Facts) => Selects | undefined;
}

/**
 * Reads selectors and a CEL expression; a connection must fit both.
 *
 * @throws ClosewaitError `usage`.
 */
export async function parseSelection(operands: readonly string[], where: string | undefined): Promise<Selection> {
  // Most runs select nothing, and CEL alone takes 25 ms to load: only who uses them pays.
  if (operands.length === 0 && where === undefined) return EVERYTHING;
  const { matchesAll, parseSelector } = await import('./selector.ts');
  const selectors = operands.map(parseSelector);
  const filter = where === undefined ? null : await compileFilter(where);
  return {
    causes: selectors.flatMap(({ cause }) => (cause === undefined ? [] : [cause])),
    over: (facts) => (connection, process) => {
      if (!matchesAll(selectors, { connection, processes: holdersOf(facts, connection, process) })) return false;
      // A closed socket has no row, so no expression over rows holds for it.
      return filter === null || (connection !== null && filter(connection, process));
    },
  };
}

const EVERYTHING: Selection = { causes: [], over: () => undefined };

type Filter = (connection: StuckConnection, process: ProcessFacts | null) => boolean;

async function compileFilter(where: string): Promise<Filter> {
  const [{ compileWhere }, { buildConnectionRow }] = await Promise.all([
    import('./where.ts'),
    import('@closewait/core/report'),
  ]);
  const holds = compileWhere(where);
  return (connection, process) => holds(buildConnectionRow(connection, process));
}

/** The owner, and every other process that holds the connection too. */
function holdersOf(
  facts: Facts,
  connection: Parameters<Selects>[0],
  owner: ProcessFacts | null,
): readonly ProcessFacts[] {
  const others = (connection?.holders ?? []).filter(({ pid }) => pid !== owner?.pid);
  const holders = others.length === 0 ? [] : others.flatMap(({ pid }) => facts.processes.get(pid) ?? []);
  return owner === null ? holders : [owner, ...holders];
}
