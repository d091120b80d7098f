import type { ModelAction } from './actions.ts';
import { arrive } from './arrive.ts';
import { accept, connect, read, send } from './calls.ts';
import { abort, close, destroy, shutDown } from './ending-calls.ts';
import { closeListener, misuseListener, shutDownListener } from './listener-calls.ts';
import type { LinuxPair, Side } from './pair.ts';
import type { LinuxRuleId } from './rules.ts';
import type { ModelSegment } from './segment.ts';
import { type ModelAnswer, type Reason, Turn } from './turn.ts';

/** What an action does, as the model has it. */
export interface Performed {
  readonly pair: LinuxPair;
  /** What the call returns; null for what is no call. */
  readonly answer: ModelAnswer | null;
  /** The segments that each end sends, in order. They wait on the wire. */
  readonly sent: { readonly a: readonly ModelSegment[]; readonly b: readonly ModelSegment[] };
  /** In the order in which they were asked. */
  readonly reasons: readonly Reason[];
}

const ALL_RULES: ReadonlySet<LinuxRuleId> = new Set();

/**
 * One action on a pair of Linux ends: `step()` of RFC 9293, and the rules of Linux where they apply.
 *
 * @param without rules that are left out: there the model does what the RFC says, and a run must find that the kernel does not
 * @example
 * perform(UNUSED_PAIR, { does: 'connect', at: 'a' }).sent.a // [{ flags: ['SYN'], sequence: 0, ... }]
 */
export function perform(
  pair: LinuxPair,
  action: ModelAction,
  without: ReadonlySet<LinuxRuleId> = ALL_RULES,
): Performed {
  const turn = new Turn(pair, without);
  const answer = act(turn, action);
  return { pair: turn.pair, answer, sent: turn.sent, reasons: turn.reasons };
}

function act(turn: Turn, action: ModelAction): ModelAnswer | null {
  switch (action.does) {
    case 'listen':
      turn.ask('b', 'passive OPEN');
      turn.listener('open');
      return 0;
    case 'accept':
      return accept(turn);
    case 'close listener':
      return closeListener(turn);
    case 'shut down listener':
      return shutDownListener(turn);
    case 'connect listener':
    case 'send on listener':
      return misuseListener(turn, action.does);
    case 'lose':
      turn.takeFor(action.at);
      return null;
    case 'connect':
      return connect(turn, action.at);
    case 'send':
      return send(turn, action.at, action.bytes);
    case 'read':
      return read(turn, action.at, action.bytes);
    case 'shutdown':
      return shutDown(turn, action.at, action.half);
    case 'close':
      return close(turn, action.at);
    case 'abort':
      return abort(turn, action.at);
    case 'destroy':
      return destroy(turn, action.at);
    case 'deliver':
      return deliver(turn, action.at);
    case 'wait':
      return wait(turn);
  }
}

function deliver(turn: Turn, side: Side): null {
  const segment = turn.takeFor(side);
  if (segment !== undefined) arrive(turn, side, segment);
  return null;
}

/** tcp_fin_timeout passes; 2 MSL, 60 s, does not. */
function wait(turn: Turn): null {
  for (const side of ['a', 'b'] as const) {
    const { state, entry } = turn.pair[side];
    if (state === 'FIN-WAIT-2' && entry === 'outside' && turn.departs('fin-wait-2-ends')) {
      turn.change(side, { state: 'CLOSED', entry: 'none' });
    }
  }
  return null;
}
