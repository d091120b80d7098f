import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOrderly, TCP_EVENTS, type TcpEvent } from './events.ts';
import { TCP_STATES, type TcpState } from './states.ts';
import { step } from './step.ts';

const anyState = fc.constantFrom(...TCP_STATES);
const anyEvent = fc.constantFrom(...TCP_EVENTS);
const anyOpening = fc.constantFrom('passive', 'active');

/** Every state that some sequence of `events` leads to from `start`, itself included. */
function reachable(start: TcpState, events: readonly TcpEvent[]): TcpState[] {
  const seen = [start];
  for (const from of seen) {
    for (const event of events) {
      const to = step(from, event).state;
      if (!seen.includes(to)) {
        seen.push(to);
      }
    }
  }
  return seen;
}

describe('the state machine of RFC 9293', () => {
  it('stays within its eleven states whatever happens', () => {
    fc.assert(
      fc.property(anyState, fc.array(anyEvent, { maxLength: 40 }), anyOpening, (start, events, opened) => {
        const end = events.reduce((at, event) => step(at, event, opened).state, start);
        expect(TCP_STATES).toContain(end);
      }),
    );
  });

  it('changes the state exactly when it says that it moves', () => {
    fc.assert(
      fc.property(anyState, anyEvent, anyOpening, (from, event, opened) => {
        const { outcome, state: to } = step(from, event, opened);
        expect(outcome === 'moves').toBe(from !== to);
      }),
    );
  });

  it('sends at most one FIN for each SYN', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), anyOpening, (events, opened) => {
        let at: TcpState = 'CLOSED';
        let finSent = false;
        for (const event of events) {
          const next = step(at, event, opened);
          if ('sends' in next && next.sends?.startsWith('SYN')) {
            finSent = false;
          }
          if ('sends' in next && next.sends === 'FIN') {
            expect(finSent).toBe(false);
            finSent = true;
          }
          at = next.state;
        }
      }),
    );
  });

  it('enters CLOSE-WAIT only by a FIN in ESTABLISHED or SYN-RECEIVED', () => {
    fc.assert(
      fc.property(anyState, anyEvent, anyOpening, (from, event, opened) => {
        if (from !== 'CLOSE-WAIT' && step(from, event, opened).state === 'CLOSE-WAIT') {
          expect(event).toBe('rcv FIN');
          expect(['ESTABLISHED', 'SYN-RECEIVED']).toContain(from);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is in CLOSE-WAIT after any sequence without CLOSE, ABORT, RST and user timeout', () => {
    const leaving: readonly TcpEvent[] = ['CLOSE', 'ABORT', 'rcv RST', 'user timeout'];
    const waiting = fc.constantFrom(...TCP_EVENTS.filter((event) => !leaving.includes(event)));
    fc.assert(
      fc.property(fc.array(waiting, { maxLength: 40 }), (events) => {
        expect(events.reduce<TcpState>((at, event) => step(at, event).state, 'CLOSE-WAIT')).toBe('CLOSE-WAIT');
      }),
    );
    expect(leaving.map((event) => step('CLOSE-WAIT', event).state)).toEqual(['LAST-ACK', 'CLOSED', 'CLOSED', 'CLOSED']);
  });
});

describe('reachability', () => {
  it.each(TCP_STATES)('leads from %s to CLOSED by orderly events alone', (start) => {
    expect(reachable(start, TCP_EVENTS.filter(isOrderly))).toContain('CLOSED');
  });

  it('leads from CLOSED to every state by orderly events alone', () => {
    expect(reachable('CLOSED', TCP_EVENTS.filter(isOrderly)).toSorted()).toEqual(TCP_STATES.toSorted());
  });

  it('never leads from CLOSE-WAIT to the states of the active closer before CLOSED', () => {
    const untilClosed = TCP_EVENTS.filter((event) => event !== 'active OPEN' && event !== 'passive OPEN');
    expect(reachable('CLOSE-WAIT', untilClosed).toSorted()).toEqual(['CLOSE-WAIT', 'CLOSED', 'LAST-ACK']);
  });
});
