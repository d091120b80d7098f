import { TCP_STATES, type TcpEvent, type TcpState } from '@closewait/core/tcp';
import { type LinuxRuleId, type Reason } from '@closewait/core/tcp/linux';
import type { Played, PlayedStep } from './play.ts';
import { type PairView, SIDES } from './views.ts';

/** A change of state that was seen on the kernel, and the event that brought it. */
export interface SeenTransition {
  readonly from: TcpState;
  readonly event: TcpEvent;
  readonly to: TcpState;
}

/** What runs have seen of the kernel, on steps on which it agreed with the model. */
export class Coverage {
  runs = 0;
  steps = 0;
  repeats = 0;
  /** How often an end was seen to enter a state, through sock_diag. */
  readonly states: Map<TcpState, number> = new Map(TCP_STATES.map((state) => [state, 0]));
  readonly transitions: Map<string, SeenTransition & { readonly seen: number }> = new Map();
  readonly rules: Map<LinuxRuleId, number> = new Map();

  add({ steps, disagrees, repeats }: Played): void {
    this.runs++;
    this.repeats += repeats;
    this.steps += steps.length;
    let before: PairView | null = null;
    for (const step of disagrees ? steps.slice(0, -1) : steps) {
      this.#addStates(before, step);
      for (const reason of step.reasons) this.#addReason(reason);
      before = step.kernel.view;
    }
  }

  #addStates(before: PairView | null, { kernel: { view } }: PlayedStep): void {
    for (const side of SIDES) {
      const was = before?.[side].state ?? 'CLOSED';
      if (view[side].state !== was) count(this.states, view[side].state);
    }
    if (view.acceptQueue !== null && (before?.acceptQueue ?? null) === null) count(this.states, 'LISTEN');
  }

  #addReason(reason: Reason): void {
    if ('rule' in reason) return count(this.rules, reason.rule);
    const { from, event, to } = reason;
    if (from === to) return;
    const key = transitionKey(from, event, to);
    this.transitions.set(key, { from, event, to, seen: (this.transitions.get(key)?.seen ?? 0) + 1 });
  }
}

/** Names a transition: an event can lead from a state to two others, by how the connection was opened. */
export function transitionKey(from: TcpState, event: TcpEvent, to: TcpState): string {
  return `${from} ${event} ${to}`;
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
