import { fileURLToPath } from 'node:url';
import { compile } from '../test/support/compile.ts';
import type { NetworkNamespace } from '../test/support/namespace.ts';
import { outputOf } from '../test/support/run.ts';
import type { Tool } from './tools.ts';

const SOURCE = fileURLToPath(new URL('measure.c', import.meta.url));
const SAID = /^wallUs=(\d+) userUs=(\d+) systemUs=(\d+) maxRssKb=(\d+) exitCode=(-?\d+)\n$/;
/** lsof needs about a second for each 20,000 descriptors. */
const DEADLINE_MS = 300_000;

/** What one run of one tool cost, from fork to exit. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  readonly peakMemoryMb: number;
}

/** Runs a tool once as a new process inside `namespace`, its output discarded. */
export async function measure(tool: Tool, namespace: NetworkNamespace): Promise<Cost> {
  const said = await outputOf(namespace.inside([compile(SOURCE), ...tool.command]), { deadlineMs: DEADLINE_MS });
  const [, wall, user, system, memory, exitCode] = SAID.exec(said)?.map(Number) ?? [];
  if (wall === undefined || user === undefined || system === undefined || memory === undefined) {
    throw new Error(`measure said: ${said}`);
  }
  if (exitCode === undefined || !tool.success.includes(exitCode)) throw new Error(`${tool.name}: ${said}`);
  return { wallMs: wall / 1000, cpuMs: (user + system) / 1000, peakMemoryMb: memory / 1024 };
}

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  const lower = sorted[Math.ceil(half) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
