import { CHECKOUT } from '../test/support/closewait.ts';
import { expectComplete } from './expect-complete.ts';
import { measure } from './measure.ts';
import { DECISIVE } from './names.ts';
import type { Cost, Runs, Series } from './results-schema.ts';
import { type Scene, type ScenePlace, withScene } from './scene.ts';
import { isUnsteady, median } from './statistics.ts';
import type { Tool } from './tools.ts';

/** How much time is given to a scene. */
export interface Effort {
  readonly rounds: number;
  /** Rounds that may be added where the machine is unsteady. */
  readonly repeats: number;
  /** A tool that has used this much time of a scene is not run again in it. */
  readonly toolMs: number;
  /** A run that takes longer is ended. */
  readonly limitMs: number;
}

/** Beside so long a run it does not matter that the first has to read the program from the disk: it counts. */
const LONG_MS = 5000;

interface Measured {
  readonly tool: Tool;
  readonly costs: Cost[];
  spentMs: number;
  /** Why it is not run again in this scene. */
  ended: Pick<Runs, 'overLimitMs' | 'problem'> | null;
}

/** Makes the scene, and round after round runs all tools, one by one, so that a disturbance falls on all of them. */
export function measureScene(
  scene: Scene,
  tools: readonly Tool[],
  effort: Effort,
  says: (progress: string) => void,
): Promise<Series> {
  const { sockets, processes, descriptors } = scene;
  says('making it');
  return withScene(
    sockets,
    processes,
    async (place) => {
      const all = tools
        .filter((tool) => tool.in?.(scene) ?? true)
        .map((tool): Measured => ({ tool, costs: [], spentMs: 0, ended: null }));
      says('first runs');
      for (const one of all) await runFirst(one, scene, place, effort.limitMs);
      for (let round = 1; round <= effort.rounds; round += 1) {
        says(`round ${round} of ${effort.rounds}`);
        for (const one of all) await runAgain(one, place, effort);
      }
      let repeated = 0;
      while (repeated < effort.repeats && all.some(isInDoubt)) {
        repeated += 1;
        says(`unsteady, one more round of at most ${effort.repeats}`);
        for (const one of all) await runAgain(one, place, effort);
      }
      const runs = all.map(summarize);
      return { sockets, processes, descriptors, rounds: effort.rounds, repeated, runs };
    },
    descriptors,
  );
}

function isInDoubt({ tool, costs }: Measured): boolean {
  return DECISIVE.has(tool.name) && isUnsteady(costs.map(({ wallMs }) => wallMs));
}

async function runFirst(one: Measured, scene: Scene, place: ScenePlace, limitMs: number): Promise<void> {
  const costs = await runOnce(one, place, limitMs, () => expectComplete(one.tool, scene, place));
  if (costs.some(({ wallMs }) => wallMs > LONG_MS)) keep(one, costs);
}

async function runAgain(one: Measured, place: ScenePlace, { toolMs, limitMs }: Effort): Promise<void> {
  const expectedMs = one.spentMs === 0 ? 0 : median(one.costs.map(({ wallMs }) => wallMs));
  if (one.ended === null && one.spentMs + expectedMs <= toolMs) keep(one, await runOnce(one, place, limitMs));
}

/** One tool that fails, or never comes to an end, does not take the figures of all others with it. */
async function runOnce(
  one: Measured,
  place: ScenePlace,
  limitMs: number,
  expect: () => Promise<void> = async () => undefined,
): Promise<readonly Cost[]> {
  try {
    const costs = await measure(one.tool, place, limitMs);
    if (costs === null) one.ended = { overLimitMs: limitMs };
    else await expect();
    return costs ?? [];
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    one.ended = { problem: problem.replaceAll(CHECKOUT, '.') };
    return [];
  }
}

function keep(one: Measured, costs: readonly Cost[]): void {
  one.costs.push(...costs);
  one.spentMs += costs.reduce((sum, { wallMs }) => sum + wallMs, 0);
}

function summarize({ tool, costs, ended }: Measured): Runs {
  const middle = (of: (cost: Cost) => number): number => median(costs.map(of));
  return {
    tool: tool.name,
    median:
      costs.length === 0
        ? null
        : {
            wallMs: middle(({ wallMs }) => wallMs),
            cpuMs: middle(({ cpuMs }) => cpuMs),
            peakMemoryMb: middle(({ peakMemoryMb }) => peakMemoryMb),
          },
    costs,
    ...ended,
  };
}
