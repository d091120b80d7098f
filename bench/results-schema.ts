import { z } from 'zod';

/** What one run of one tool cost, from fork to exit, or one look of a process that looks again and again. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time of all threads and of the processes it waited for. */
  readonly cpuMs: number;
  /** The largest resident set of a process. */
  readonly peakMemoryMb: number;
}

/** The runs of one tool in one scene. */
export interface Runs {
  readonly tool: string;
  /** Null where no run came to its end. */
  readonly median: Cost | null;
  readonly costs: readonly Cost[];
  /** A run was ended after this time, and the tool was not run again. */
  readonly overLimitMs?: number | undefined;
  /** It did not do its work, and was not run again. */
  readonly problem?: string | undefined;
}

/** All runs in one scene. */
export interface Series {
  /** In CLOSE-WAIT, and how many processes hold them. */
  readonly sockets: number;
  readonly processes: number;
  /** That are no sockets, in processes of their own. */
  readonly descriptors: number;
  readonly rounds: number;
  /** Rounds that were added because the machine was unsteady. */
  readonly repeated: number;
  readonly runs: readonly Runs[];
}

/** A file of bench/results but those of watch.ts. Names neither a machine nor a path. */
export interface BenchResults {
  readonly schema: 'closewait/bench/v1';
  readonly takenAt: string;
  /** `linux-6.18-x64-2cpu`. */
  readonly machine: string;
  /** Connections in CLOSE-WAIT that others held when the run began. */
  readonly closeWaitOfOthers: number;
  readonly versions: Readonly<Record<string, string | null>>;
  /** Programs that are not on the machine. */
  readonly missing: readonly string[];
  readonly series: readonly Series[];
}

const cost = z.strictObject({ wallMs: z.number(), cpuMs: z.number(), peakMemoryMb: z.number() });

const runs = z.strictObject({
  tool: z.string(),
  median: cost.nullable(),
  costs: z.array(cost),
  overLimitMs: z.number().optional(),
  problem: z.string().optional(),
});

const series = z.strictObject({
  sockets: z.number(),
  processes: z.number(),
  descriptors: z.number(),
  rounds: z.number(),
  repeated: z.number(),
  runs: z.array(runs),
});

export const benchSchema: z.ZodType<BenchResults> = z.strictObject({
  schema: z.literal('closewait/bench/v1'),
  takenAt: z.iso.datetime(),
  machine: z.string(),
  closeWaitOfOthers: z.number(),
  versions: z.record(z.string(), z.string().nullable()),
  missing: z.array(z.string()),
  series: z.array(series),
});
