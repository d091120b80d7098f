import { type Condition, LEAST_AGE_MS } from '@closewait/core/policy';
import { parseDuration } from '../option-values.ts';
import { ConditionCompiler } from './compile-condition.ts';
import type { PolicyProblem } from './describe-issue.ts';
import type { YamlPath, YamlPlaces } from './yaml-places.ts';

/** What a schema cannot say of the rules of a policy, and their conditions, compiled. */
export interface CheckedRules {
  readonly problems: readonly PolicyProblem[];
  /** In the order of the rules; whole where there are no problems. */
  readonly conditions: readonly Condition[];
}

/** Options that belong to one method. */
const METHOD_OF: Readonly<Record<string, string>> = {
  direction: 'shutdown',
  timeout: 'timeout',
  limit: 'limit',
  acceptDescriptorReuse: 'free-descriptor',
};

/** Methods that do nothing without their option. */
const NEEDS: Readonly<Record<string, string>> = {
  timeout: 'timeout',
  limit: 'limit',
  'free-descriptor': 'acceptDescriptorReuse',
};

/** Checks each rule by itself, whatever else of the file is wrong: everything is to be told at once. */
export function checkRules(value: unknown, places: YamlPlaces): CheckedRules {
  const rules = isRecord(value) && Array.isArray(value['rules']) ? (value['rules'] as readonly unknown[]) : [];
  const compiler = new ConditionCompiler();
  const names = new Set<unknown>();
  const problems: PolicyProblem[] = [];
  const conditions: Condition[] = [];
  for (const [place, rule] of rules.entries()) {
    if (!isRecord(rule)) continue;
    const path = ['rules', place] as const;
    const { name, when } = rule;
    if (typeof name === 'string' && names.has(name)) {
      problems.push({ ...places.ofValue([...path, 'name']), says: `expected another name, '${name}' is taken` });
    }
    names.add(name);
    if (typeof when === 'string') {
      const compiled = compiler.compile(when);
      if ('condition' in compiled) conditions.push(compiled.condition);
      else
        problems.push(...compiled.problems.map(({ at, says }) => ({ ...places.inText([...path, 'when'], at), says })));
    }
    problems.push(...checkMethod(rule, path, places), ...checkAge(rule['minAge'], [...path, 'minAge'], places));
  }
  return { problems, conditions };
}

function checkMethod(rule: Readonly<Record<string, unknown>>, path: YamlPath, places: YamlPlaces): PolicyProblem[] {
  const { method } = rule;
  if (typeof method !== 'string') return [];
  const problems = Object.entries(METHOD_OF).flatMap(([option, owner]) =>
    Object.hasOwn(rule, option) && method !== owner
      ? [
          {
            ...places.ofKey(path, option),
            says: `expected no ${option}: it belongs to the method ${owner}, not ${method}`,
          },
        ]
      : [],
  );
  const needed = Object.hasOwn(NEEDS, method) ? NEEDS[method] : undefined;
  if (needed !== undefined && !Object.hasOwn(rule, needed)) {
    problems.push({ ...places.ofValue([...path, 'method']), says: `expected ${needed} beside the method ${method}` });
  }
  if (method === 'free-descriptor' && rule['acceptDescriptorReuse'] === false) {
    const says = 'expected true: the program may go on to use the number, which by then is another file';
    problems.push({ ...places.ofValue([...path, 'acceptDescriptorReuse']), says });
  }
  return problems;
}

function checkAge(minAge: unknown, path: YamlPath, places: YamlPlaces): readonly PolicyProblem[] {
  const ms = typeof minAge === 'string' ? readDuration(minAge) : null;
  if (ms === null || ms >= LEAST_AGE_MS) return [];
  return [{ ...places.ofValue(path), says: `expected at least ${LEAST_AGE_MS / 1000}s, not '${minAge as string}'` }];
}

/** Null: it is none, which the schema has said. */
function readDuration(text: string): number | null {
  try {
    return parseDuration(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
