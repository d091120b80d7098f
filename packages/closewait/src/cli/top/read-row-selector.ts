import { ClosewaitError, type ContainerId, known } from '@closewait/core/facts';
import type { ProcessRow, RowSelector } from '../../tui/model/index.ts';
import { type Candidate, parseSelector, type Selector } from '../selection/selector.ts';

/** What begins like a selector is one, or is said to be wrong. */
const LIKE_SELECTOR = /^(?:pid|cookie|cause|container|unit)?:/;

/** Of these a process says too little: they select connections. */
const OF_CONNECTIONS: readonly Selector['kind'][] = ['cookie', 'peer'];

/**
 * A word of the filter as a selector of the command line; null for a word that is none.
 *
 * @throws ClosewaitError `usage` for one that cannot be used, or that selects connections and not processes.
 */
export function readRowSelector(word: string): RowSelector | null {
  if (!LIKE_SELECTOR.test(word)) return null;
  const { kind, cause, matches } = parse(word);
  if (OF_CONNECTIONS.includes(kind))
    throw new ClosewaitError('usage', `${kind} selects connections, this list has processes`);
  if (cause !== undefined) return { kind, matches: ({ causes }) => causes.includes(cause) };
  return { kind, matches: (row) => candidatesOf(row, kind).some(matches) };
}

/** The hint is what helps while one types. */
function parse(word: string): Selector {
  try {
    return parseSelector(word);
  } catch (error) {
    if (!(error instanceof ClosewaitError) || error.hint === undefined) throw error;
    throw new ClosewaitError(
      'usage',
      error.hint.startsWith('use ') && word.startsWith('cause:') ? error.message : error.hint,
    );
  }
}

const NOWHERE = { address: '', port: 0 };

/** The process, once for each of its ports where ports are asked for. */
function candidatesOf({ pid, unit, container, ports }: ProcessRow, kind: Selector['kind']): readonly Candidate[] {
  const processes = pid === null ? [] : [{ pid, unit: known(unit), container: known(readContainer(container)) }];
  if (kind !== 'local-port') return [{ connection: null, processes }];
  return ports.map((port) => {
    return { connection: { socket: { local: { ...NOWHERE, port }, remote: NOWHERE, cookie: 0n } }, processes };
  });
}

function readContainer(text: string | null): ContainerId | null {
  if (text === null) return null;
  const colon = text.indexOf(':');
  return { runtime: text.slice(0, colon) as ContainerId['runtime'], id: text.slice(colon + 1) };
}
