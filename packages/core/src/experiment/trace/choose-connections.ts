import type { TraceConnection, TraceDocument } from './trace-document.ts';

/** More kinds than this fill a terminal with what nobody asked for. */
const MOST_KINDS = 6;

/** Which connections are drawn. */
export interface ChosenConnections {
  readonly drawn: readonly TraceConnection[];
  /** How many more are as this one. */
  readonly alike: (connection: TraceConnection) => number;
  /** Kinds of which none is drawn. */
  readonly leftOut: number;
}

/** The first connection of each kind; with `all` every one. */
export function chooseConnections({ connections }: TraceDocument, all: boolean): ChosenConnections {
  const byKind = Map.groupBy(connections, ({ kind }) => kind);
  const firsts = [...byKind.values()].flatMap(([first]) => first ?? []);
  return {
    drawn: all ? connections : firsts.slice(0, MOST_KINDS),
    alike: ({ kind }) => (all ? 0 : (byKind.get(kind)?.length ?? 1) - 1),
    leftOut: all ? 0 : Math.max(0, firsts.length - MOST_KINDS),
  };
}
