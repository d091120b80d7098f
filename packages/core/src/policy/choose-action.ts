import type { ConnectionIdentity, Facts } from '../facts/index.ts';
import {
  AUTO_TIMEOUT_MS,
  chooseAuto,
  chooseAction as chooseWay,
  type OrderedAction,
  subjectOfConnection,
  type WayOptions,
} from '../ways/index.ts';
import type { Candidate, PolicyAction, RuleMethod } from './policy.ts';

/** What a rule's method comes to for one connection: an action, or why there is none. */
export type ChosenAction = { readonly action: PolicyAction } | { readonly why: string };

/** A connection, and what of its look an action needs. */
export interface ActionContext {
  readonly candidate: Candidate;
  readonly facts: Pick<Facts, 'processes'>;
  /** The other side of a relay, where it is sure. */
  readonly leg: ConnectionIdentity | null;
}

/** The action of a method for a connection: what `closewait close` would do with the same method, and for the same reasons nothing. */
export function chooseAction(method: Exclude<RuleMethod, { method: 'none' }>, context: ActionContext): ChosenAction {
  const { candidate, facts, leg } = context;
  const auto = method.method === 'auto' ? chooseAuto(candidate.finding) : null;
  if (auto !== null && 'why' in auto) {
    return { why: `auto does nothing: ${auto.why}${auto.restart === null ? '' : ` (${auto.restart})`}` };
  }
  const subject = subjectOfConnection(facts, candidate.finding, candidate.connection, leg);
  const way = chooseWay(subject, { ...optionsOf(method), leg });
  if (!('why' in way)) return { action: toPolicyAction(way) };
  return { why: `${auto?.method ?? method.method} cannot be used: ${way.why}` };
}

/** What a policy says of an action is all that there is: the schema has seen to free-descriptor. */
export function optionsOf(action: PolicyAction | { readonly method: 'auto' }): WayOptions {
  return {
    method: action.method,
    direction: action.method === 'shutdown' && action.direction !== 'read' ? action.direction : null,
    timeoutMs: action.method === 'timeout' ? action.timeoutMs : AUTO_TIMEOUT_MS,
    limit: action.method === 'limit' ? action.limit : null,
    raisesHardLimit: false,
    acceptsReuse: action.method === 'free-descriptor',
  };
}

function toPolicyAction(way: OrderedAction): PolicyAction {
  switch (way.method) {
    case 'shutdown':
      return { method: way.method, direction: way.direction };
    case 'timeout':
      return { method: way.method, timeoutMs: way.timeoutMs };
    case 'limit':
      return { method: way.method, limit: way.soft };
    default:
      return way;
  }
}

/** These act on the whole process: once is enough for all of its connections. */
export function isForProcess({ method }: PolicyAction): boolean {
  return method === 'limit' || method === 'thaw';
}
