import type { ActionOutcome, Facts, KernelSource } from '@closewait/core/facts';
import { makeOrders, type Order } from '@closewait/core/orders';
import { type Decision, optionsOf, type Plan } from '@closewait/core/policy';
import { carryOut as carryOutOrders } from '../../actions/index.ts';
import type { AuditTrail } from '../close/audit-trail.ts';
import { pathsOf } from '../close/paths-of.ts';

/** Carries decisions out. */
export interface Executor {
  /** Does what decisions say, each after comparing once more whom it is about; answers what was observed afterwards. */
  execute(decisions: readonly Decision[]): Promise<ReadonlyMap<Decision, ActionOutcome>>;
}

/** What carrying out needs beside the plan. */
export interface ExecutorOptions {
  /** Of the look that the plan was made for. */
  readonly facts: Facts;
  readonly source: KernelSource;
  readonly ownPids: ReadonlySet<number>;
  readonly signal: AbortSignal;
  /** Writes down what is about to be done, and what came of it. */
  readonly trailFor: (ruleOf: (order: Order) => string | null) => AuditTrail;
}

/** What carries out decisions as orders, all of them together: what each brings may take as long as its time limit. */
export function openExecutor(options: ExecutorOptions): Executor {
  const { facts, source, signal, trailFor } = options;
  return {
    async execute(decisions) {
      const orders = orderAll(decisions, options);
      const rules = new Map([...orders].map(([{ rule }, order]) => [order, rule]));
      const trail = trailFor((order) => rules.get(order) ?? null);
      const results = await carryOutOrders([...orders.values()], {
        source,
        pathOf: pathsOf(facts),
        processOf: (pid) => facts.processes.get(pid) ?? null,
        signal,
        onOrdered: (seen) => trail.ordered(seen),
      });
      trail.done(results);
      const outcomes = new Map(results.map(({ order, outcome }) => [order, outcome]));
      return new Map(
        decisions.map((decision) => {
          const order = orders.get(decision);
          return [decision, (order && outcomes.get(order)) ?? { kind: 'refused', detail: 'it was not reached' }];
        }),
      );
    },
  };
}

/** Those of one finding and action together: of pairs of a relay that look the same either all are meant or none. */
function orderAll(decisions: readonly Decision[], { facts, ownPids }: ExecutorOptions): ReadonlyMap<Decision, Order> {
  const orders = new Map<Decision, Order>();
  for (const together of Map.groupBy(
    decisions,
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

/** Carries out what a plan decided to do and nothing else. */
export function carryOut({ decisions }: Plan, executor: Executor): Promise<ReadonlyMap<Decision, ActionOutcome>> {
  const acting = decisions.filter(({ kind }) => kind === 'act');
  return acting.length === 0 ? Promise.resolve(new Map()) : executor.execute(acting);
}
