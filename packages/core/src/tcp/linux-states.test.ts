import { describe, expect, it } from 'vitest';
import { fromLinuxState, linuxStateMask, toLinuxState } from './linux-states.ts';
import { TCP_STATES } from './states.ts';

describe('Linux state numbers', () => {
  it('are those of include/net/tcp_states.h', () => {
    expect(Object.fromEntries(TCP_STATES.map((state) => [state, toLinuxState(state)]))).toEqual({
      ESTABLISHED: 1,
      'SYN-SENT': 2,
      'SYN-RECEIVED': 3,
      'FIN-WAIT-1': 4,
      'FIN-WAIT-2': 5,
      'TIME-WAIT': 6,
      CLOSED: 7,
      'CLOSE-WAIT': 8,
      'LAST-ACK': 9,
      LISTEN: 10,
      CLOSING: 11,
    });
  });

  it('decode to the state that they encode', () => {
    expect(TCP_STATES.map((state) => fromLinuxState(toLinuxState(state)))).toEqual(TCP_STATES);
  });

  it('name a request socket SYN-RECEIVED and a bound, unconnected one CLOSED', () => {
    expect(fromLinuxState(12)).toBe('SYN-RECEIVED');
    expect(fromLinuxState(13)).toBe('CLOSED');
  });

  it.each([0, 14, -1, 255, 1.5, Number.NaN])('decode %d to no state', (number) => {
    expect(fromLinuxState(number)).toBeNull();
  });
});

describe('linuxStateMask', () => {
  it('sets the one bit of CLOSE-WAIT', () => {
    expect(linuxStateMask(['CLOSE-WAIT'])).toBe(1 << 8);
  });

  it('asks for request sockets where SYN-RECEIVED is asked for', () => {
    expect(linuxStateMask(['SYN-RECEIVED'])).toBe((1 << 3) | (1 << 12));
  });

  it('is the union of its states, whatever their order and number', () => {
    expect(linuxStateMask([])).toBe(0);
    expect(linuxStateMask(['LISTEN', 'ESTABLISHED', 'LISTEN'])).toBe((1 << 10) | (1 << 1));
  });

  it('covers the numbers 1 to 13 when no state is named', () => {
    expect(linuxStateMask()).toBe(0x3ffe);
  });
});
