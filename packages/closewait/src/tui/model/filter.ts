import type { ProcessRow } from './host-look.ts';

/** One word of a filter that is a selector of the command line: it is asked about whole processes here. */
export interface RowSelector {
  readonly kind: string;
  readonly matches: (row: ProcessRow) => boolean;
}

/**
 * Reads a selector: `pid:17`, `:8000`, `unit:…`, `container:…`, `cause:…`. Null for a word that is none.
 *
 * @throws ClosewaitError `usage` for one that cannot be used.
 */
export type ReadSelector = (word: string) => RowSelector | null;

/** What is typed behind `/`, read. */
export interface Filter {
  readonly text: string;
  readonly matches: (row: ProcessRow) => boolean;
  /** What is wrong with a word, escaped; that word is left out. */
  readonly problem: string | null;
}

/** Lets every process pass. */
export const NO_FILTER: Filter = { text: '', matches: () => true, problem: null };

/**
 * Words must all fit, selectors as on the command line: of one kind one is enough. A word that is no selector is
 * looked for in the name, the unit or container, the pid and the causes.
 */
export function readFilter(text: string, readSelector: ReadSelector): Filter {
  const selectors: RowSelector[] = [];
  const texts: string[] = [];
  let problem: string | null = null;
  for (const word of text.split(/\s+/).filter((some) => some !== '')) {
    try {
      const selector = readSelector(word);
      if (selector === null) texts.push(word.toLowerCase());
      else selectors.push(selector);
    } catch (cause) {
      // Half a selector is what everybody types on the way to a whole one.
      if (!(cause instanceof Error)) throw cause;
      problem = cause.message;
    }
  }
  const kinds = [...Map.groupBy(selectors, ({ kind }) => kind).values()];
  const matches = (row: ProcessRow): boolean =>
    kinds.every((same) => same.some((selector) => selector.matches(row))) &&
    texts.every((wanted) => textsOf(row).some((said) => said.toLowerCase().includes(wanted)));
  return { text, matches, problem };
}

function textsOf({ name, place, pid, causes }: ProcessRow): readonly string[] {
  return [name, place ?? '', pid === null ? '' : String(pid), ...causes];
}
