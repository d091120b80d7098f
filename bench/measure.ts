import { fileURLToPath } from 'node:url';
import { compile } from '../test/support/compile.ts';
import { outputOf } from '../test/support/run.ts';
import type { Cost } from './results-schema.ts';
import type { ScenePlace } from './scene.ts';
import type { Tool } from './tools.ts';

export { median } from './statistics.ts';

const SOURCE = fileURLToPath(new URL('measure.c', import.meta.url));
const SAID = /^wallUs=(\d+) userUs=(\d+) systemUs=(\d+) maxRssKb=(\d+) exitCode=(-?\d+)$/;
/** Beside its own time, what a process of a tool may take to end: the kernel takes down its memory. */
const END_MS = 10_000;

/**
 * Runs a tool once, its output discarded: what a new process cost, from fork to exit, or what each look cost of one that
 * looks more than once. Null where it took longer than `limitMs` and was ended.
 */
export async function measure(tool: Tool, place: ScenePlace, limitMs: number): Promise<readonly Cost[] | null> {
  const command = [compile(SOURCE), String(limitMs), ...tool.command];
  const options = { deadlineMs: limitMs + END_MS, ...(tool.env === undefined ? {} : { env: tool.env }) };
  const said = await outputOf(place.inside(tool.warm === true ? passingCosts(command) : command), options);
  const lines = said.trim().split('\n');
  const whole = readCost(lines.pop() ?? '', tool, tool.success);
  if (whole === null || tool.warm !== true) return whole === null ? null : [whole];
  return lines.flatMap((line) => readCost(line, tool, EXIT_CODES_OF_LOOKS) ?? []);
}

/** measure.c discards the three standard descriptors; what a process tells of its looks comes by a fourth. */
function passingCosts(command: readonly string[]): readonly string[] {
  return ['sh', '-c', 'exec "$@" 3>&1', 'sh', ...command];
}

const ENDED_BY_SIGNAL = -1;
const EXIT_CODES_OF_LOOKS: readonly number[] = [0, 1];

function readCost(line: string, tool: Tool, success: readonly number[]): Cost | null {
  const [, wall, user, system, memory, exitCode] = SAID.exec(line)?.map(Number) ?? [];
  if (wall === undefined || user === undefined || system === undefined || memory === undefined) {
    throw new Error(`${tool.name}: instead of its cost there came: ${line}`);
  }
  if (exitCode === ENDED_BY_SIGNAL) return null;
  if (exitCode === undefined || !success.includes(exitCode)) throw new Error(`${tool.name}: ${line}`);
  return { wallMs: wall / 1000, cpuMs: (user + system) / 1000, peakMemoryMb: memory / 1024 };
}
