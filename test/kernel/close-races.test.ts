import type { TestContext } from 'vitest';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../support/leaks.ts';
import type { OrderKind } from '../support/race-orders.ts';
import { closeByCommand, closeInProcess, type PlayedRound } from '../support/race-rounds.ts';
import { RaceScene } from '../support/race-scene.ts';
import { sumRaces } from '../support/race-verdicts.ts';

expectNothingLeaked();

/** With `CLOSEWAIT_ALL_RACES=1` 100,000 orders, which `npm run nightly` carries out. */
const isWhole = process.env['CLOSEWAIT_ALL_RACES'] === '1';
/** At a time, and in all: less than a process may have descriptors here. */
const VICTIMS = 8000;
const ALL_IN_PROCESS = 88_000;
const ALL_BY_COMMAND = 12_000;
const LEAST_PER_SECOND = 10_000;

const ENDING: readonly OrderKind[] = [
  { method: 'destroy' },
  { method: 'shutdown', direction: 'write' },
  { method: 'shutdown', direction: 'both' },
  { method: 'free-descriptor', acceptsReuse: true },
];
const LIMITING: readonly OrderKind[] = [{ method: 'timeout', timeoutMs: 500 }];
const SOME_ROUNDS = [ENDING, LIMITING];
const ALL_ROUNDS = [LIMITING, LIMITING, ...Array.from({ length: ALL_IN_PROCESS / VICTIMS - 2 }, () => ENDING)];

describe('orders while descriptors and ends of connections are used again at once', () => {
  it('touch no connection but the ones that were named, and each is told', { timeout: 600_000 }, async (context) => {
    await using scene = await RaceScene.start();
    const rounds: PlayedRound[] = [];
    for (const kinds of isWhole ? ALL_ROUNDS : SOME_ROUNDS) {
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
    const ways = [['destroy'], ['shutdown', '--direction', 'both']];
    for (const way of ways) {
      const round = await closeByCommand(scene, isWhole ? ALL_BY_COMMAND / ways.length : 1000, way);
      expect(round.faults).toEqual([]);
      expect(round.race.orders).toBe(round.victims);
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
