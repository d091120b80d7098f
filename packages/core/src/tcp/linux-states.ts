import { TCP_STATES, type TcpState } from './states.ts';

/**
 * What each state number of include/net/tcp_states.h is to RFC 9293. Two of them are Linux's own:
 *
 * - 12, TCP_NEW_SYN_RECV: a request socket, the half of SYN-RECEIVED that a listener answers for. The listener itself
 *   stays in LISTEN for ever; figure 5 moves the one connection instead.
 * - 13, TCP_BOUND_INACTIVE (since 6.8): not a state of any socket, but how sock_diag names one in TCP_CLOSE that holds
 *   a local port.
 *
 * TCP_FIN_WAIT2 counts sockets whose process has let go of them, too: the kernel keeps those as small as TIME-WAIT ones
 * and sock_diag answers with their `tw_substate`.
 */
const STATE_OF_NUMBER = {
  1: 'ESTABLISHED',
  2: 'SYN-SENT',
  3: 'SYN-RECEIVED',
  4: 'FIN-WAIT-1',
  5: 'FIN-WAIT-2',
  6: 'TIME-WAIT',
  7: 'CLOSED',
  8: 'CLOSE-WAIT',
  9: 'LAST-ACK',
  10: 'LISTEN',
  11: 'CLOSING',
  12: 'SYN-RECEIVED',
  13: 'CLOSED',
} as const satisfies Readonly<Record<number, TcpState>>;

const NUMBERED: readonly (readonly [number, TcpState])[] = Object.entries(STATE_OF_NUMBER).map(
  ([number, state]) => [Number(number), state] as const,
);
/** By number: every socket of a host is asked for its state. */
const STATE_BY_NUMBER: (TcpState | undefined)[] = [];
for (const [number, state] of NUMBERED) STATE_BY_NUMBER[number] = state;
// Reversed, so that the lower number of two wins: a socket's own one.
const NUMBER_BY_STATE: ReadonlyMap<TcpState, number> = new Map(
  NUMBERED.toReversed().map(([number, state]) => [state, number]),
);

/**
 * The state behind a number of `idiag_state`, `tcpi_state` or the `st` column of /proc/net/tcp; null for a number that
 * Linux does not use.
 *
 * @example
 * fromLinuxState(8) // 'CLOSE-WAIT'
 */
export function fromLinuxState(number: number): TcpState | null {
  return STATE_BY_NUMBER[number] ?? null;
}

/**
 * Linux's number of a state, 1 to 11. SYN-RECEIVED is 3 and CLOSED is 7: what `tcpi_state` says of such a socket.
 *
 * @example
 * toLinuxState('CLOSE-WAIT') // 8
 */
export function toLinuxState(state: TcpState): number {
  const number = NUMBER_BY_STATE.get(state);
  if (number === undefined) {
    throw new TypeError(`no Linux number for the state ${state}`);
  }
  return number;
}

/**
 * The mask `idiag_states` of a sock_diag request: one bit for each number that is one of `states`, so SYN-RECEIVED sets
 * bits 3 and 12. Kernels ignore the bits that they do not know.
 *
 * @example
 * linuxStateMask(['CLOSE-WAIT']) // 0x100
 */
export function linuxStateMask(states: Iterable<TcpState> = TCP_STATES): number {
  const wanted = new Set(states);
  return NUMBERED.reduce((mask, [number, state]) => (wanted.has(state) ? mask | (1 << number) : mask), 0);
}
