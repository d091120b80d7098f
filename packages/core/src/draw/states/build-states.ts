import { type StateCountFacts, valueOr } from '../../facts/index.ts';
import { closingRole, isOrderly, type TcpState, TRANSITIONS, type Transition } from '../../tcp/index.ts';
import { STATE_KNOWLEDGE } from './knowledge.ts';
import {
  type ExplainedState,
  STATES_SCHEMA_ID,
  type StateChange,
  type StateSetting,
  type StatesDocument,
} from './states-document.ts';

/** The document of a count. Where a state was asked for in detail, it is explained. */
export function buildStates(facts: StateCountFacts): StatesDocument {
  return {
    schema: STATES_SCHEMA_ID,
    takenAt: new Date(facts.takenAtMs).toISOString(),
    host: facts.host,
    sockets: sumOf(Object.values(facts.counts)),
    counts: facts.counts,
    linux: facts.linux,
    namespaces: facts.namespaces.map(({ inode, path, counts }) => ({
      inode,
      path,
      sockets: counts.known ? sumOf(Object.values(counts.value)) : null,
      counts: valueOr(counts, null),
    })),
    explained: facts.detail === null ? null : explainState(facts.detail.state, facts),
    readers: facts.readers.map(({ name, ok, ms, problem }) => ({
      name,
      ok,
      ms,
      ...(problem === undefined ? {} : { why: problem.why, detail: problem.detail }),
      ...(problem?.hint === undefined ? {} : { hint: problem.hint }),
    })),
    unseen: facts.unseen.map(({ what, problem }) => ({
      what,
      why: problem.why,
      detail: problem.detail,
      hint: problem.hint ?? null,
    })),
  };
}

/** How many ports and holders are named. */
const NAMED = 5;

function explainState(state: TcpState, { counts, detail, settings }: StateCountFacts): ExplainedState {
  const { settings: ruling, references, ...knowledge } = STATE_KNOWLEDGE[state];
  return {
    state,
    role: closingRole(state),
    ...knowledge,
    references,
    enters: TRANSITIONS.filter(({ to }) => to === state).map((move) => changeOf(move, move.from)),
    leaves: TRANSITIONS.filter(({ from }) => from === state).map((move) => changeOf(move, move.to)),
    settings: ruling.map(({ name, unit, says }): StateSetting => {
      const reading = settings.get(name) ?? { known: false, why: 'not-asked', detail: name };
      return reading.known
        ? { name, value: reading.value, why: null, unit, says }
        : { name, value: null, why: reading.why, unit, says };
    }),
    count: state === 'CLOSED' ? null : counts[state],
    localPorts: detail?.localPorts.slice(0, NAMED) ?? [],
    localPortCount: detail?.localPorts.length ?? 0,
    holders:
      detail?.holders.slice(0, NAMED).map(({ process, count }) => ({
        pid: process.pid,
        comm: valueOr(process.name, null),
        count,
      })) ?? [],
    holderCount: detail?.holderCount ?? 0,
    unheld: detail?.unheld ?? 0,
    ownerless: detail?.ownerless ?? 0,
  };
}

function changeOf({ event, sends, section, opening }: Transition, state: TcpState): StateChange {
  return { state, event, sends, section, opening: opening ?? null, orderly: isOrderly(event) };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, some) => sum + some, 0);
}
