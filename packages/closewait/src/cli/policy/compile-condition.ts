import { known, type Reading, unknown } from '@closewait/core/facts';
import type { Condition } from '@closewait/core/policy';
import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import { CONDITION_FIELDS } from './condition-fields.ts';
import { nearest } from './nearest.ts';
import { Networks } from './networks.ts';

/** What is wrong with an expression, and where in it. */
export interface ConditionProblem {
  /** UTF-16 units from its beginning. */
  readonly at: number;
  readonly says: string;
}

/** A condition, or what is wrong with its text. */
export type CompiledCondition =
  | { readonly condition: Condition }
  | { readonly problems: readonly [ConditionProblem, ...ConditionProblem[]] };

/** Compiles expressions of the Common Expression Language over {@link CONDITION_FIELDS}. */
export class ConditionCompiler {
  readonly #environment = new Environment();
  readonly #networks = new Networks();

  constructor() {
    for (const [name, { type }] of Object.entries(CONDITION_FIELDS)) {
      if (typeof type === 'string') this.#environment.registerVariable(name, type);
      else this.#environment.registerVariable(name, { schema: type.schema });
    }
    this.#environment.registerFunction('inNetwork(string, string): bool', (address: string, network: string) =>
      this.#networks.contains(network, address),
    );
  }

  /** @example compiler.compile('cause == "descriptor-leaked" && inNetwork(remoteAddress, "10.0.0.0/8")') */
  compile(expression: string): CompiledCondition {
    const { valid, type, error } = this.#environment.check(expression);
    if (!valid) {
      const at = error?.range?.start ?? 0;
      const end = error?.range?.end ?? at;
      const word = expression.slice(at, end);
      return { problems: [{ at, says: describe(error?.code, error?.summary ?? 'it cannot be read', word) }] };
    }
    if (type !== 'bool' && type !== 'dyn') {
      return {
        problems: [{ at: 0, says: `expected a condition, which is true or false, not a value of type ${type ?? '?'}` }],
      };
    }
    const evaluate = this.#environment.parse(expression);
    const [first, ...others] = this.#wrongNetworks(evaluate.ast);
    if (first !== undefined) return { problems: [first, ...others] };
    const fields = Object.entries(CONDITION_FIELDS).filter(([name]) => namesIn(evaluate.ast).has(name));
    return {
      condition: {
        isAboutFinding: fields.every(([, { ofFinding }]) => ofFinding),
        holds: (candidate) => {
          const variables: Record<string, unknown> = {};
          for (const [name, { read }] of fields) {
            const value = read(candidate);
            if (value !== undefined) variables[name] = value;
          }
          return evaluateSafely(() => evaluate(variables) as unknown, expression);
        },
      },
    };
  }

  /** Networks that are written down are checked now, and not at night. */
  #wrongNetworks(node: ASTNode): readonly ConditionProblem[] {
    return [...walk(node)].flatMap((one) => {
      if (one.op !== 'call' || one.args[0] !== 'inNetwork') return [];
      const network = one.args[1][1];
      if (network?.op !== 'value' || typeof network.args !== 'string' || this.#networks.isNetwork(network.args))
        return [];
      return [
        { at: network.start, says: `expected a network like "10.0.0.0/8" or "2001:db8::/32", not '${network.args}'` },
      ];
    });
  }
}

const HOLDS: Reading<boolean> = known(true);
const FAILS: Reading<boolean> = known(false);

/** CEL answers an error only where the rest of the expression does not decide without what is not known. */
function evaluateSafely(evaluate: () => unknown, expression: string): Reading<boolean> {
  try {
    const value = evaluate();
    if (typeof value === 'boolean') return value ? HOLDS : FAILS;
    return unknown('garbled', `it gives a ${typeof value}`);
  } catch (cause) {
    if (!(cause instanceof EvaluationError)) throw cause;
    const { code, summary, range } = cause;
    const isMissing = code === 'no_such_key' || code === 'unknown_variable';
    const word = range === undefined ? '' : expression.slice(range.start, range.end);
    return isMissing && word !== '' ? unknown('not-asked', `${word} is not known`) : unknown('garbled', summary);
  }
}

function describe(code: string | undefined, summary: string, word: string): string {
  const [line = ''] = summary.split('\n', 1);
  if (code === 'unknown_variable') {
    return `unknown field '${word}': ${suggest(word, Object.keys(CONDITION_FIELDS))}`;
  }
  if (code === 'no_such_key') return `unknown field '${word}': ${suggest(word, SUBFIELDS)}`;
  if (code === 'unexpected_token' && line.endsWith('EOF')) return 'the condition ends here, expected more of it';
  return `the condition cannot be used: ${line}`;
}

function suggest(word: string, words: readonly string[]): string {
  const close = nearest(word, words);
  return close === null ? `expected one of ${words.join(', ')}` : `did you mean '${close}'?`;
}

const SUBFIELDS: readonly string[] = Object.values(CONDITION_FIELDS).flatMap(({ type }) =>
  typeof type === 'string'
    ? []
    : Object.entries(type.schema).flatMap(([name, inner]) =>
        typeof inner === 'object' ? [name, ...Object.keys(inner)] : [name],
      ),
);

function namesIn(node: ASTNode): ReadonlySet<string> {
  return new Set([...walk(node)].flatMap((one) => (one.op === 'id' ? [one.args] : [])));
}

function* walk(node: ASTNode): Generator<ASTNode, void> {
  yield node;
  yield* walkArguments(node.args);
}

function* walkArguments(args: unknown): Generator<ASTNode, void> {
  if (Array.isArray(args)) for (const one of args) yield* walkArguments(one);
  else if (isNode(args)) yield* walk(args);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
