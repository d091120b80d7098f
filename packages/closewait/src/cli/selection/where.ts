import { ClosewaitError } from '@closewait/core/facts';
import type { ConnectionRow } from '@closewait/core/report';
import { Environment } from '@marcbachmann/cel-js';

/** Decides on one row of `closewait ls --json`. */
export type RowFilter = (row: ConnectionRow) => boolean;

/**
 * The fields of a row with their CEL types. Integers are CEL's `int`, so that `rxQueueBytes > 100` is as it reads. A
 * field whose value is null in the row is not set: an expression that depends on it does not match.
 */
export const WHERE_FIELDS = {
  local: 'string',
  remote: 'string',
  state: 'string',
  family: 'string',
  netns: 'int',
  uid: 'int',
  inode: 'int',
  cookie: 'int',
  rxQueueBytes: 'int',
  txQueueBytes: 'int',
  bytesReceived: 'int',
  bytesSent: 'int',
  ageMs: 'int',
  ageIs: 'string',
  timer: 'map<string, dyn>',
  owners: 'list<map<string, int>>',
  process: 'map<string, dyn>',
} as const;

/**
 * Compiles an expression of the Common Expression Language over the fields of a row.
 *
 * @throws ClosewaitError `usage`: the expression cannot be parsed, names a field that does not exist, or is not a
 *   condition.
 * @example
 * compileWhere('rxQueueBytes > 1 && remote.startsWith("10.0.")')
 */
export function compileWhere(expression: string): RowFilter {
  const environment = new Environment();
  for (const [name, type] of Object.entries(WHERE_FIELDS)) environment.registerVariable(name, type);
  const checked = environment.check(expression);
  if (!checked.valid) throw unusable(expression, firstLine(checked.error?.message ?? 'cannot be read'));
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw unusable(expression, `it gives ${checked.type}, a condition gives bool`);
  }
  const evaluate = environment.parse(expression);
  return (row) => {
    try {
      return evaluate(toVariables(row)) === true;
    } catch (cause) {
      // A field that this row does not have, an index out of range: the condition does not hold for the row.
      if (cause instanceof Error) return false;
      throw cause;
    }
  };
}

function toVariables(row: ConnectionRow): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const name of Object.keys(WHERE_FIELDS) as readonly (keyof typeof WHERE_FIELDS)[]) {
    const value = row[name];
    if (value !== null)
      variables[name] = WHERE_FIELDS[name] === 'int' ? BigInt(value as number | string) : toCel(value);
  }
  return variables;
}

/** Numbers inside of lists and maps are integers too. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(Math.round(value));
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, toCel(item)]),
  );
}

function unusable(expression: string, why: string): ClosewaitError {
  return new ClosewaitError('usage', `--where '${expression}': ${why}`, {
    hint: `a condition over ${Object.keys(WHERE_FIELDS).join(', ')}`,
  });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
