import { describe, expect, it } from 'vitest';
import { isOrderly, TCP_EVENTS, type TcpEvent } from './events.ts';
import { REACTIONS } from './reactions.ts';
import { TCP_STATES, type TcpState } from './states.ts';
import { step } from './step.ts';
import { TRANSITIONS } from './transitions.ts';

const OPENINGS = ['passive', 'active'] as const;

const CELLS = TCP_STATES.flatMap((state) =>
  TCP_EVENTS.flatMap((event) => OPENINGS.map((opening) => ({ state, event, opening }))),
);

/** The arrows of RFC 9293 figure 5, copied from the figure and not from the transitions. */
const FIGURE_5: readonly (readonly [TcpState, TcpEvent, TcpState, string | null])[] = [
  ['CLOSED', 'active OPEN', 'SYN-SENT', 'SYN'],
  ['CLOSED', 'passive OPEN', 'LISTEN', null],
  ['LISTEN', 'CLOSE', 'CLOSED', null],
  ['SYN-SENT', 'CLOSE', 'CLOSED', null],
  ['LISTEN', 'rcv SYN', 'SYN-RECEIVED', 'SYN,ACK'],
  ['LISTEN', 'SEND', 'SYN-SENT', 'SYN'],
  ['SYN-RECEIVED', 'rcv RST', 'LISTEN', null],
  ['SYN-SENT', 'rcv SYN', 'SYN-RECEIVED', 'SYN,ACK'],
  ['SYN-RECEIVED', 'rcv ACK of SYN', 'ESTABLISHED', null],
  ['SYN-SENT', 'rcv SYN,ACK', 'ESTABLISHED', 'ACK'],
  ['SYN-RECEIVED', 'CLOSE', 'FIN-WAIT-1', 'FIN'],
  ['ESTABLISHED', 'CLOSE', 'FIN-WAIT-1', 'FIN'],
  ['ESTABLISHED', 'rcv FIN', 'CLOSE-WAIT', 'ACK'],
  ['FIN-WAIT-1', 'rcv FIN', 'CLOSING', 'ACK'],
  ['FIN-WAIT-1', 'rcv ACK of FIN', 'FIN-WAIT-2', null],
  ['CLOSE-WAIT', 'CLOSE', 'LAST-ACK', 'FIN'],
  ['FIN-WAIT-2', 'rcv FIN', 'TIME-WAIT', 'ACK'],
  ['CLOSING', 'rcv ACK of FIN', 'TIME-WAIT', null],
  ['LAST-ACK', 'rcv ACK of FIN', 'CLOSED', null],
  ['TIME-WAIT', '2MSL timeout', 'CLOSED', null],
];

/** What only the notes of the figure and the text have: note 2, and the eighth step of 3.10.7.4 in SYN-RECEIVED. */
const TEXT_ONLY = ['FIN-WAIT-1 > TIME-WAIT', 'SYN-RECEIVED > CLOSE-WAIT'];

describe('step', () => {
  it.each(CELLS)('has exactly one rule for $event in $state after a $opening OPEN', ({ state, event, opening }) => {
    const applies = (rule: { readonly opening?: string }): boolean => (rule.opening ?? opening) === opening;
    const moves = TRANSITIONS.filter((rule) => rule.from === state && rule.event === event && applies(rule));
    const rest = REACTIONS.filter(
      (rule) => rule.states.includes(state) && rule.events.includes(event) && applies(rule),
    );
    expect(moves.length + rest.length).toBe(1);
    expect(step(state, event, opening).section).toMatch(/^3\.(5|10\.([1-5]|8|7\.[1-4]))$/);
  });

  it.each(FIGURE_5)('follows figure 5 from %s on %s to %s, sending %s', (state, event, to, sends) => {
    expect(step(state, event)).toMatchObject({ outcome: 'moves', state: to, sends });
  });

  it('has no other arrow for an orderly event than figure 5, its notes and the text', () => {
    const arrows = new Set(
      CELLS.filter(({ event }) => isOrderly(event)).flatMap(({ state, event, opening }) => {
        const { outcome, state: to } = step(state, event, opening);
        return outcome === 'moves' ? [`${state} > ${to}`] : [];
      }),
    );
    const drawn = FIGURE_5.map(([from, , to]) => `${from} > ${to}`);
    expect([...arrows].toSorted()).toEqual([...new Set([...drawn, ...TEXT_ONLY])].toSorted());
  });

  it('leaves CLOSE-WAIT for LAST-ACK with a FIN, where RFC 793 said CLOSING', () => {
    expect(step('CLOSE-WAIT', 'CLOSE')).toEqual({
      outcome: 'moves',
      state: 'LAST-ACK',
      sends: 'FIN',
      section: '3.10.4',
    });
  });

  it('lets CLOSE-WAIT send data and FIN-WAIT-2 not', () => {
    expect(step('CLOSE-WAIT', 'SEND')).toMatchObject({ outcome: 'stays', state: 'CLOSE-WAIT', sends: 'data' });
    expect(step('FIN-WAIT-2', 'SEND')).toEqual({
      outcome: 'not-allowed',
      state: 'FIN-WAIT-2',
      error: 'connection closing',
      section: '3.10.2',
    });
  });

  it('returns a reset SYN-RECEIVED to LISTEN after a passive OPEN and to CLOSED after an active one', () => {
    expect(step('SYN-RECEIVED', 'rcv RST', 'passive').state).toBe('LISTEN');
    expect(step('SYN-RECEIVED', 'rcv RST', 'active').state).toBe('CLOSED');
  });

  it('completes a simultaneous open as figure 7 does', () => {
    expect(step('SYN-SENT', 'rcv SYN', 'active').state).toBe('SYN-RECEIVED');
    expect(step('SYN-RECEIVED', 'rcv SYN,ACK', 'active')).toMatchObject({ state: 'ESTABLISHED', section: '3.5' });
  });

  it('answers a SYN in a synchronized state with a challenge ACK and stays', () => {
    for (const state of ['ESTABLISHED', 'CLOSE-WAIT', 'LAST-ACK', 'TIME-WAIT'] as const) {
      expect(step(state, 'rcv SYN')).toMatchObject({ outcome: 'ignored', state, sends: 'ACK' });
    }
  });

  it('answers a segment to no connection with a RST, and a RST with nothing', () => {
    expect(step('CLOSED', 'rcv FIN')).toMatchObject({ outcome: 'ignored', state: 'CLOSED', sends: 'RST' });
    expect(step('CLOSED', 'rcv RST')).toMatchObject({ outcome: 'ignored', state: 'CLOSED', sends: null });
  });

  it('sends no RST on ABORT before the handshake and after both FINs', () => {
    const silent = TCP_STATES.filter((state) => {
      const abort = step(state, 'ABORT');
      return abort.outcome === 'moves' && abort.sends === null;
    });
    expect(silent).toEqual(['LISTEN', 'SYN-SENT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT']);
  });

  it('never answers a RST with a segment', () => {
    for (const state of TCP_STATES) {
      expect(step(state, 'rcv RST')).toMatchObject({ sends: null });
    }
  });
});
