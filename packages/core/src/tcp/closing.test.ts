import { describe, expect, it } from 'vitest';
import { type ClosingRole, type ClosingSide, closingRole, closingView } from './closing.ts';
import { TCP_STATES } from './states.ts';

function arrows({ transitions }: ClosingSide): string[] {
  return transitions.map(({ from, to, event, sends }) => `${from} > ${to}: ${event} / ${sends ?? 'x'}`).toSorted();
}

describe('closingView', () => {
  it('has FIN-WAIT-1, FIN-WAIT-2, CLOSING and TIME-WAIT on the side that closes first', () => {
    expect(closingView().active.states.toSorted()).toEqual(['CLOSING', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT']);
  });

  it('has CLOSE-WAIT and LAST-ACK on the other side, in this order', () => {
    expect(closingView().passive.states).toEqual(['CLOSE-WAIT', 'LAST-ACK']);
  });

  it('enters and leaves the passive side as figure 5 does', () => {
    expect(arrows(closingView().passive)).toEqual([
      'CLOSE-WAIT > LAST-ACK: CLOSE / FIN',
      'ESTABLISHED > CLOSE-WAIT: rcv FIN / ACK',
      'LAST-ACK > CLOSED: rcv ACK of FIN / x',
      'LAST-ACK > CLOSED: rcv FIN,ACK of FIN / x',
      'SYN-RECEIVED > CLOSE-WAIT: rcv FIN / ACK',
    ]);
  });

  it('enters and leaves the active side as figure 5 and its note 2 do', () => {
    expect(arrows(closingView().active)).toEqual([
      'CLOSING > TIME-WAIT: rcv ACK of FIN / x',
      'CLOSING > TIME-WAIT: rcv FIN,ACK of FIN / ACK',
      'ESTABLISHED > FIN-WAIT-1: CLOSE / FIN',
      'FIN-WAIT-1 > CLOSING: rcv FIN / ACK',
      'FIN-WAIT-1 > FIN-WAIT-2: rcv ACK of FIN / x',
      'FIN-WAIT-1 > TIME-WAIT: rcv FIN,ACK of FIN / ACK',
      'FIN-WAIT-2 > TIME-WAIT: rcv FIN / ACK',
      'FIN-WAIT-2 > TIME-WAIT: rcv FIN,ACK of FIN / ACK',
      'SYN-RECEIVED > FIN-WAIT-1: CLOSE / FIN',
      'TIME-WAIT > CLOSED: 2MSL timeout / x',
    ]);
  });
});

describe('closingRole', () => {
  it('makes CLOSE-WAIT and LAST-ACK the passive closer and nothing else', () => {
    expect(TCP_STATES.filter((state) => closingRole(state) === 'passive')).toEqual(closingView().passive.states);
  });

  it('makes the other side the active closer, and CLOSING both', () => {
    const roles = closingView().active.states.map((state): [string, ClosingRole] => [state, closingRole(state)]);
    expect(Object.fromEntries(roles)).toEqual({
      'FIN-WAIT-1': 'active',
      'FIN-WAIT-2': 'active',
      CLOSING: 'both',
      'TIME-WAIT': 'active',
    });
  });

  it('says neither before anyone has closed and after both have', () => {
    const closing = [...closingView().active.states, ...closingView().passive.states];
    const others = TCP_STATES.filter((state) => !closing.includes(state));
    expect(others.map(closingRole)).toEqual(['neither', 'neither', 'neither', 'neither', 'neither']);
  });
});
