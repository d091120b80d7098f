import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import { run } from '../test/support/run.ts';
import { type BenchResults, benchSchema } from './results-schema.ts';
import { type WatchResults, watchSchema } from './watch-schema.ts';

const FOLDER = join(import.meta.dirname, 'results');
const OF_LOOKS = /^\d{4}-\d\d-\d\d-linux-.*\.json$/;
const OF_WATCHING = /^\d{4}-\d\d-\d\d-watch-.*\.json$/;

/** What is known of the run before its first scene. */
export async function describeRun(takenAt: Date): Promise<Pick<BenchResults, 'takenAt' | 'machine' | 'versions'>> {
  const kernel = release().split('.').slice(0, 2).join('.');
  const first = async (command: readonly string[], pattern: RegExp): Promise<string | null> => {
    const { stdout, stderr } = await run(command).catch(() => ({ stdout: '', stderr: '' }));
    return pattern.exec(stdout + stderr)?.[1] ?? null;
  };
  return {
    takenAt: takenAt.toISOString(),
    machine: `linux-${kernel}-${process.arch}-${availableParallelism()}cpu`,
    versions: {
      node: process.version,
      ss: await first(['ss', '-V'], /iproute2-(\S+)/),
      lsof: await first(['lsof', '-v'], /revision: (\S+)/),
      lsfd: await first(['lsfd', '-V'], /util-linux (\S+)/),
      netstat: await first(['netstat', '-V'], /net-tools (\S+)/),
    },
  };
}

/** Writes a run to bench/results and returns the file's path. */
export function writeResults(results: BenchResults): string {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${results.takenAt.slice(0, 10)}-${results.machine}.json`);
  writeFileSync(path, `${JSON.stringify(benchSchema.parse(results), null, 1)}\n`);
  return path;
}

/** The path of the newest run: files are named by their day. Undefined where there is none. */
export function newestResults(): string | undefined {
  return newest(OF_LOOKS);
}

/** The same of watch.ts. */
export function newestWatchResults(): string | undefined {
  return newest(OF_WATCHING);
}

function newest(pattern: RegExp): string | undefined {
  const name = readdirSync(FOLDER)
    .filter((file) => pattern.test(file))
    .toSorted()
    .at(-1);
  return name === undefined ? undefined : join(FOLDER, name);
}

/** @throws Error where the file is not what this version writes. */
export function readResults(path: string): BenchResults {
  return benchSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** @throws Error where the file is not what watch.ts writes. */
export function readWatchResults(path: string): WatchResults {
  return watchSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
