import { isOrderly, type Sent, TCP_STATES, type TcpEvent, type TcpState, TRANSITIONS } from '../../tcp/index.ts';

/** One arrow of the state diagram: every orderly transition from one state to another. */
export interface StateArrow {
  readonly from: TcpState;
  readonly to: TcpState;
  readonly events: readonly TcpEvent[];
  readonly sends: Sent | null;
  /** False: RFC 9293 figure 5 leaves it out, and only the text of section 3.10 has it. */
  readonly inFigure: boolean;
}

/** What figure 5 leaves out: the first by its note 2, the second because it passes through ESTABLISHED. */
const ONLY_IN_TEXT: readonly (readonly [TcpState, TcpState])[] = [
  ['FIN-WAIT-1', 'TIME-WAIT'],
  ['SYN-RECEIVED', 'CLOSE-WAIT'],
];

/**
 * The arrows between the states, read off the transitions of RFC 9293 section 3.10. Connections that end out of order
 * (ABORT, RST, the user timeout) go from every state to CLOSED and are not drawn, as in figure 5.
 *
 * @example
 * stateArrows().length // 22
 */
export function stateArrows(): readonly StateArrow[] {
  const orderly = TRANSITIONS.filter(({ event }) => isOrderly(event));
  return TCP_STATES.flatMap((from) =>
    TCP_STATES.flatMap((to): readonly StateArrow[] => {
      const between = orderly.filter((it) => it.from === from && it.to === to);
      if (between.length === 0) return [];
      return [
        {
          from,
          to,
          events: [...new Set(between.map(({ event }) => event))],
          sends: between.find(({ sends }) => sends !== null)?.sends ?? null,
          inFigure: !ONLY_IN_TEXT.some(([left, right]) => left === from && right === to),
        },
      ];
    }),
  );
}

/**
 * What makes a connection take an arrow, in words.
 *
 * @example
 * describeEvents(['rcv SYN', 'rcv SYN,ACK']) // 'rcv SYN or SYN,ACK'
 */
export function describeEvents(events: readonly TcpEvent[]): string {
  const arrivals = events.filter((event) => event.startsWith('rcv '));
  const others = events.filter((event) => !event.startsWith('rcv '));
  const received = arrivals.length === 0 ? [] : [`rcv ${orWords(arrivals.map((event) => event.slice(4)))}`];
  return orWords([...others, ...received]);
}

function orWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
