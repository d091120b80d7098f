import type { Opening, Section, Sent, TcpEvent } from './events.ts';
import { REACTIONS } from './reactions.ts';
import type { TcpState } from './states.ts';
import { TRANSITIONS } from './transitions.ts';

/** What an event does to a connection: `state` is the one afterwards, `section` of RFC 9293 says so. */
export type Step =
  | {
      readonly outcome: 'moves' | 'stays' | 'ignored';
      readonly state: TcpState;
      readonly sends: Sent | null;
      readonly section: Section;
    }
  | {
      readonly outcome: 'not-allowed';
      readonly state: TcpState;
      /** What the call returns, in the words of the RFC. */
      readonly error: string;
      readonly section: Section;
    };

/**
 * One step of the state machine of RFC 9293 section 3.10. Total: every event is answered in every state.
 *
 * @param opening how the connection began; only SYN-RECEIVED asks (figure 5, note 1)
 * @example
 * step('CLOSE-WAIT', 'CLOSE') // { outcome: 'moves', state: 'LAST-ACK', sends: 'FIN', section: '3.10.4' }
 */
export function step(state: TcpState, event: TcpEvent, opening: Opening = 'passive'): Step {
  const move = TRANSITIONS.find((it) => it.from === state && it.event === event && (it.opening ?? opening) === opening);
  if (move !== undefined) {
    return { outcome: 'moves', state: move.to, sends: move.sends, section: move.section };
  }
  const reaction = REACTIONS.find(
    (it) => it.states.includes(state) && it.events.includes(event) && (it.opening ?? opening) === opening,
  );
  if (reaction === undefined) {
    throw new TypeError(`no rule of RFC 9293 for the event ${event} in the state ${state}`);
  }
  return reaction.outcome === 'not-allowed'
    ? { outcome: reaction.outcome, state, error: reaction.error, section: reaction.section }
    : { outcome: reaction.outcome, state, sends: reaction.sends, section: reaction.section };
}
