import type { Policy } from '@closewait/core/policy';
import { policySchema } from '@closewait/core/policy/schema';
import { type Document, LineCounter, parseDocument, visit } from 'yaml';
import { checkRules } from './check-rules.ts';
import { compilePolicy } from './compile-policy.ts';
import { describeIssue, type PolicyProblem } from './describe-issue.ts';
import { YamlPlaces } from './yaml-places.ts';

/** A policy that can be used, or everything that is wrong with the text, by line and column. */
export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** A policy is read by people; a parser need not be tried on more. UTF-16 units. */
const MOST_TEXT = 1 << 20;

/** Reads a policy. All that is wrong is told at once; of what is no YAML only that, as the rest could be read in many ways. */
export function parsePolicy(text: string): ParsedPolicy {
  if (text.length > MOST_TEXT)
    return refuse([{ line: 1, column: 1, says: `expected at most ${MOST_TEXT} characters` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const places = new YamlPlaces(text, document, lines);
  const written = findWrittenProblems(document, places);
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return refuse(written);
  if (written.some(({ says }) => says === NO_ALIAS)) return refuse(written);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const checked = policySchema.safeParse(value, { reportInput: true });
  const rules = checkRules(value, places);
  const problems = [
    ...written,
    ...(checked.success ? [] : checked.error.issues.flatMap((issue) => describeIssue(issue, places))),
    ...rules.problems,
  ];
  if (!checked.success || problems.length > 0) return refuse(problems);
  return { ok: true, policy: compilePolicy(checked.data, rules.conditions) };
}

const NO_ALIAS = 'expected the values themselves in the place of an alias (*name)';

function findWrittenProblems(document: Document, places: YamlPlaces): readonly PolicyProblem[] {
  const problems = [...document.errors, ...document.warnings].map(({ message, pos, code }) => ({
    ...places.at(pos[0]),
    says: code === 'DUPLICATE_KEY' ? 'expected each key once in a mapping' : message.split('\n', 1).join(''),
  }));
  // A few lines of aliases can stand for more than there is memory, and none is needed here.
  visit(document, {
    Alias: (_key, alias) => {
      problems.push({ ...places.at(alias.range?.[0] ?? 0), says: NO_ALIAS });
    },
  });
  return problems;
}

function refuse(problems: readonly PolicyProblem[]): ParsedPolicy {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  // A timeout of 0 and the like are met by more than one check.
  return { ok: false, problems: [...new Map(sorted.map((one) => [JSON.stringify(one), one])).values()] };
}
