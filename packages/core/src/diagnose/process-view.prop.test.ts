import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleInfo, sampleSocket, sampleThread } from '../../../../test/support/sample-facts.ts';
import { known, unknown } from '../facts/index.ts';
import { beganWith, byDataAge, canServe, servesAny } from './process-view.ts';
import { waitOf } from './thread-wait.ts';

const ageMs = fc.oneof(fc.nat(5000), fc.nat(1_000_000));
const sockets = fc
  .array(ageMs)
  .map((ages) => ages.map((lastDataReceivedMs) => sampleSocket({ info: known(sampleInfo({ lastDataReceivedMs })) })));
const idle = fc.option(ageMs).map((ms) => (ms === null ? unknown('denied', 'EACCES') : known(ms)));

describe('servesAny', () => {
  it('finds what asking each connection finds', () => {
    fc.assert(
      fc.property(sockets, idle, (list, idleMs) => {
        const wait = waitOf(sampleThread({ idleMs }), true);
        for (const [isBeginning, matches] of [
          [true, beganWith],
          [false, canServe],
        ] as const) {
          const answers = list.map((socket) => matches(wait, socket));
          const expected = answers.find((answer) => answer !== false) ?? false;
          expect(servesAny(wait, byDataAge(list), isBeginning)).toBe(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});
