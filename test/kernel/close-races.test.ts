import { describe, expect, it, type TestContext } from 'vitest';
import { expectNothingLeaked } from '../support/leaks.ts';
import type { OrderKind } from '../support/race-orders.ts';
import { closeByCommand, closeInProcess, type PlayedRound } from '../support/race-rounds.ts';
import { RaceScene } from '../support/race-scene.ts';
import { sumRaces } from '../support/race-verdicts.ts';

expectNothingLeaked();

/** At a time: a process may have 20,000 descriptors in most places, and bystanders and successors need some, too. */
const VICTIMS = 8000;
/** Its second look is one dump: it may pass a socket over while others come and go (see SocketView), and nothing is ordered then. */
const VICTIMS_OF_COMMAND = 6010;
const LEAST_OF_COMMAND = 6000;
const ORDERS_IN_PROCESS = 88_000;
const LEAST_PER_SECOND = 10_000;

const ENDING: readonly OrderKind[] = [
  { method: 'destroy' },
  { method: 'shutdown', direction: 'write' },
  { method: 'shutdown', direction: 'both' },
  { method: 'free-descriptor', acceptsReuse: true },
];
const LIMITING: readonly OrderKind[] = [{ method: 'timeout', timeoutMs: 500 }];
/** Each of the last takes two seconds more: a time limit is waited for. */
const ROUNDS = [...Array.from({ length: ORDERS_IN_PROCESS / VICTIMS - 2 }, () => ENDING), LIMITING, LIMITING];
/** Together 100,000 orders. */
const WAYS_OF_COMMAND = [['destroy'], ['shutdown', '--direction', 'both']];

describe('orders while descriptors and ends of connections are used again at once', () => {
  it('touch no connection but the ones that were named, and each is told', { timeout: 600_000 }, async (context) => {
    await using scene = await RaceScene.start();
    const rounds: PlayedRound[] = [];
    for (const kinds of ROUNDS) {
      const round = await closeInProcess(scene, VICTIMS, kinds);
      expect(round.faults).toEqual([]);
      expect(round.race.orders).toBe(VICTIMS);
      rounds.push(round);
    }
    await expectRaces(scene, rounds, context);
  });

  it('by the command itself do so, too', { timeout: 600_000 }, async (context) => {
    await using scene = await RaceScene.start();
    const rounds: PlayedRound[] = [];
    for (const way of WAYS_OF_COMMAND) {
      const round = await closeByCommand(scene, VICTIMS_OF_COMMAND, way);
      expect(round.faults).toEqual([]);
      expect(round.race.orders).toBeGreaterThanOrEqual(LEAST_OF_COMMAND);
      rounds.push(round);
    }
    await expectRaces(scene, rounds, context);
  });
});

/** A race in which nobody met would prove nothing. */
async function expectRaces(
  scene: RaceScene,
  rounds: readonly PlayedRound[],
  { annotate }: Pick<TestContext, 'annotate'>,
): Promise<void> {
  const race = sumRaces(rounds.map((round) => round.race));
  const bystanders = rounds.reduce((sum, round) => sum + round.bystanders, 0);
  const actingMs = rounds.reduce((sum, round) => sum + round.actingMs, 0);
  const perSecond = (bystanders * 1000) / actingMs;
  await annotate(`${JSON.stringify(race)}, ${Math.round(perSecond)} other connections a second`);
  const { ended, touched, wrong } = await scene.count();
  expect({ touched, wrong }).toEqual({ touched: 0, wrong: 0 });
  expect(ended).toBeGreaterThan(bystanders);
  expect(perSecond).toBeGreaterThan(LEAST_PER_SECOND);
  const sum = Object.values(race.outcomes).reduce((all, count) => all + count, 0);
  expect(sum).toBe(race.orders);
  expect(race.outcomes).toMatchObject({ ended: expect.any(Number), 'already-gone': expect.any(Number) });
  expect(race.outcomes.changed ?? 0).toBeGreaterThan(0);
  for (const met of ['orderFirst', 'serverFirst', 'sameEnds', 'sameNumber', 'sameEndsAndNumber'] as const) {
    expect(race[met], met).toBeGreaterThan(0);
  }
}
