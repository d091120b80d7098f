import { makePolicySchema } from '@closewait/core/policy/schema';
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Place, YamlPath, YamlPlaces } from './yaml-places.ts';

/** Something wrong in a policy file. */
export interface PolicyProblem extends Place {
  /** What is there, and what was expected. */
  readonly says: string;
}

/** What zod found, in the words of the file. One for each key that does not exist. */
export function describeIssue(issue: z.core.$ZodIssue, places: YamlPlaces): readonly PolicyProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ ...places.ofKey(path, key), says: describeKey(key, keysAt(path)) }));
  }
  const name = path.findLast((part) => typeof part === 'string');
  const says = issue.input === undefined && name !== undefined ? `'${name}' is missing: ` : '';
  return [{ ...places.ofValue(path), says: `${says}expected ${describeExpected(issue)}` }];
}

function describeKey(key: string, keys: readonly string[]): string {
  const close = nearest(key, keys);
  return `unknown key '${key}': ${close === null ? `expected one of ${keys.join(', ')}` : `did you mean '${close}'?`}`;
}

function describeExpected(issue: z.core.$ZodIssue): string {
  const found = issue.input === undefined ? '' : `, not ${describeValue(issue.input)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.message.startsWith('Invalid input') ? (TYPES[issue.expected] ?? issue.expected) : issue.message}${found}`;
    case 'invalid_value':
      return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}${found}`;
    case 'too_small':
      return `at least ${issue.minimum}${issue.origin === 'array' ? ' entry' : ''}${found}`;
    case 'too_big':
      return `at most ${issue.maximum}${found}`;
    default:
      return `${issue.message}${found}`;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
};

function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

/** The keys of the mapping at a path, from the schema that editors read too. */
function keysAt(path: YamlPath): readonly string[] {
  const root = makePolicySchema() as SchemaNode;
  const resolve = (node: SchemaNode | undefined): SchemaNode | undefined =>
    node?.$ref === undefined ? node : resolve(root.$defs?.[node.$ref.slice(node.$ref.lastIndexOf('/') + 1)]);
  let node = resolve(root);
  for (const part of path) node = resolve(typeof part === 'number' ? node?.items : node?.properties?.[part]);
  return Object.keys(node?.properties ?? {});
}

interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}
