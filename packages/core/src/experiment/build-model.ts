import { isOrderly, TCP_STATES, type TcpState, TRANSITIONS } from '../tcp/index.ts';
import { LINUX_RULE_IDS, LINUX_RULES, type LinuxRuleId } from '../tcp/linux/index.ts';
import { MODEL_SCHEMA_ID, type ModelReport, type ModelTransition } from './model-document.ts';
import { whyUnreached } from './model-unreached.ts';

/** What was counted on steps on which model and kernel agreed. */
export interface ModelCounts {
  readonly states: ReadonlyMap<TcpState, number>;
  readonly transitions: Iterable<Pick<ModelTransition, 'from' | 'event' | 'to' | 'seen'>>;
  readonly rules: ReadonlyMap<LinuxRuleId, number>;
}

/** The rest of the report. */
export type ModelRunFacts = Omit<ModelReport, 'schema' | 'states' | 'transitions' | 'rules'>;

/** The report of a run: every state, every orderly transition and every rule has its row, seen or not. */
export function buildModelReport(facts: ModelRunFacts, counts: ModelCounts): ModelReport {
  const seen = [...counts.transitions];
  return {
    schema: MODEL_SCHEMA_ID,
    ...facts,
    states: TCP_STATES.map((state) => ({ state, seen: counts.states.get(state) ?? 0 })),
    transitions: orderlyTransitions().map(({ from, event, to, section }) => ({
      from,
      event,
      to,
      section,
      seen: seen.find((it) => it.from === from && it.event === event && it.to === to)?.seen ?? 0,
      unreached: whyUnreached(from, event, to),
    })),
    rules: LINUX_RULE_IDS.map((rule) => ({ rule, ...LINUX_RULES[rule], seen: counts.rules.get(rule) ?? 0 })),
  };
}

function orderlyTransitions(): typeof TRANSITIONS {
  return TRANSITIONS.filter(({ event }) => isOrderly(event));
}
