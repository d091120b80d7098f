import type { ActionOutcome, Facts, KernelSource } from '@closewait/core/facts';
import { buildAuditRecord, makeOrders, type Order, type Orderer } from '@closewait/core/orders';
import { type Decision, optionsOf, type Plan } from '@closewait/core/policy';
import { carryOut as carryOutOrders } from '../../actions/index.ts';
import type { AuditLog } from '../close/audit-log.ts';
import { pathsOf } from '../close/paths-of.ts';

/** Carries decisions out, one at a time. */
export interface Executor {
  /** Does what the decision says, after comparing once more whom it is about; answers what was observed afterwards. */
  execute(decision: Decision): Promise<ActionOutcome>;
}

/** What carrying out needs beside the plan. */
export interface ExecutorOptions {
  /** Of the look that the plan was made for. */
  readonly facts: Facts;
  readonly source: KernelSource;
  readonly ownPids: ReadonlySet<number>;
  readonly who: Orderer;
  readonly audit: AuditLog;
  /** The time now, for the audit. Milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** What carries out the decisions of a plan as orders. What was done is written down before the next one is begun. */
export function openExecutor({ decisions }: Plan, options: ExecutorOptions): Executor {
  const { facts, source, who, audit, nowMs, signal } = options;
  const orders = orderAll(decisions, options);
  return {
    async execute(decision) {
      const order = orders.get(decision);
      if (order === undefined) return { kind: 'refused', detail: 'the plan does not act on it' };
      if (signal.aborted) return { kind: 'refused', detail: 'interrupted before it was begun' };
      if (audit.isBroken)
        return { kind: 'refused', detail: 'the audit file takes no more: it would be written down nowhere' };
      const [result] = await carryOutOrders([order], {
        source,
        pathOf: pathsOf(facts),
        processOf: (pid) => facts.processes.get(pid) ?? null,
        signal,
      });
      if (result === undefined) return { kind: 'refused', detail: 'it was not reached' };
      if (order.action !== null) {
        audit.write([buildAuditRecord(result, { atMs: nowMs(), who, rule: decision.rule, host: facts.host })]);
      }
      return result.outcome;
    },
  };
}

/** Those of one finding and action together: of pairs of a relay that look the same either all are meant or none. */
function orderAll(decisions: readonly Decision[], { facts, ownPids }: ExecutorOptions): ReadonlyMap<Decision, Order> {
  const orders = new Map<Decision, Order>();
  const acting = decisions.filter(({ kind }) => kind === 'act');
  for (const together of Map.groupBy(
    acting,
    ({ finding, action }) => `${finding.id} ${JSON.stringify(action)}`,
  ).values()) {
    const [first] = together;
    if (first === undefined || first.action === null) continue;
    const byCookie = new Map(together.map((decision) => [decision.connection.cookie, decision]));
    const { finding } = first;
    const connections = finding.connections.filter(({ socket }) => byCookie.has(socket.cookie));
    // Nothing is forced.
    const options = { ...optionsOf(first.action), forcesInUse: false, namedCookies: [], ownPids };
    for (const order of makeOrders(facts, [{ ...finding, connections, closed: [] }], options)) {
      const decision = 'cookie' in order.target ? byCookie.get(order.target.cookie) : undefined;
      if (decision !== undefined) orders.set(decision, order);
    }
  }
  return orders;
}

/** Carries out what a plan decided to do and nothing else, in its order, one after the other. */
export async function carryOut(plan: Plan, executor: Executor): Promise<ReadonlyMap<Decision, ActionOutcome>> {
  const outcomes = new Map<Decision, ActionOutcome>();
  for (const decision of plan.decisions) {
    if (decision.kind === 'act') outcomes.set(decision, await executor.execute(decision));
  }
  return outcomes;
}
