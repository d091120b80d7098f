import { z } from 'zod';

/** Of a file that watch.ts writes, what budgets and the README need. Medians of its rounds. */
export interface WatchResults {
  readonly takenAt: string;
  readonly machine: string;
  readonly series: readonly {
    /** Closes a second; 0: as many as the machine can make. */
    readonly asked: number;
    readonly closesPerSecond: number;
    /** That the kernel could not hand over, of all rounds. */
    readonly lostEvents: number;
    /** Closes that the generator made and the watch did not see, of all rounds. */
    readonly missing: number;
    /** Of one processor. */
    readonly cpuShareOfWatch: number;
    readonly peakMemoryMb: number;
    /** The generator's rate beside the watch, relative to its rate alone. */
    readonly generatorRate: number;
  }[];
}

export const watchSchema: z.ZodType<WatchResults> = z.object({
  takenAt: z.iso.datetime(),
  machine: z.string(),
  series: z.array(
    z.object({
      asked: z.number(),
      closesPerSecond: z.number(),
      lostEvents: z.number(),
      missing: z.number(),
      cpuShareOfWatch: z.number(),
      peakMemoryMb: z.number(),
      generatorRate: z.number(),
    }),
  ),
});
