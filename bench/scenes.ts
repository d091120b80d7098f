import { FEW, MANY, MANY_DESCRIPTORS, MILLION } from './names.ts';
import type { Effort } from './rounds.ts';
import type { Scene } from './scene.ts';

/** Scenes and how much time each is given. */
export interface Plan {
  readonly scenes: readonly Scene[];
  readonly effortFor: (scene: Scene) => Effort;
}

/** As many as fit below the hard limit of 20,000 descriptors. */
const FEWEST_PROCESSES = 5;
const SOCKETS_PER_PROCESS = 19_000;

/** A scene with as many processes as it needs. */
export function sceneOf(sockets: number, descriptors = 0): Scene {
  return { sockets, descriptors, processes: Math.max(FEWEST_PROCESSES, Math.ceil(sockets / SOCKETS_PER_PROCESS)) };
}

const isDecisive = ({ sockets, descriptors }: Scene): boolean => [0, MANY].includes(sockets) && descriptors === 0;

/** Some 15 minutes. */
export const WHOLE: Plan = {
  scenes: [
    ...[0, FEW, 10_000, MANY / 2, MANY, MANY * 2, 300_000].map((sockets) => sceneOf(sockets)),
    ...[MILLION, MANY_DESCRIPTORS].flatMap((descriptors) => [sceneOf(0, descriptors), sceneOf(FEW, descriptors)]),
  ],
  effortFor: (scene) =>
    isDecisive(scene)
      ? { rounds: 9, repeats: 6, toolMs: 30_000, limitMs: 60_000 }
      : { rounds: 5, repeats: 2, toolMs: 10_000, limitMs: 60_000 },
};

/** Some 3 minutes; most budgets. */
export const QUICK: Plan = {
  scenes: [...[0, 10_000, MANY].map((sockets) => sceneOf(sockets)), sceneOf(FEW, MANY_DESCRIPTORS)],
  effortFor: (scene) => ({ rounds: 3, repeats: 0, toolMs: isDecisive(scene) ? 8000 : 3000, limitMs: 20_000 }),
};
