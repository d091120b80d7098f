import type { DescriptorTable, Reading } from '@closewait/core/facts';
import { countEntries, readDescriptorTable } from './proc-files.ts';

/** Where a second thread is worth its start of some 20 ms; a descriptor takes 3 µs. */
const WORTH_A_THREAD = 20_000;

/** Shares of the two threads: the second one starts later. */
const OWN_SHARE = 0.55;

/** What the second thread gets: paths of descriptor tables. */
export type TableWork = readonly string[];

/** Reads tables on another thread; null where none could be started, or it has failed: memory, a limit on processes. */
type Elsewhere = (work: TableWork) => Promise<readonly Reading<DescriptorTable>[] | null>;

/** Reads descriptor tables by their paths, in the same order; on two threads where there is much to read. */
export async function readTables(
  paths: readonly string[],
  elsewhere: Elsewhere = walkElsewhere,
): Promise<readonly Reading<DescriptorTable>[]> {
  const { own, other } = divide(paths);
  const theirs = other.length === 0 ? Promise.resolve([]) : elsewhere(other.map((index) => paths[index] ?? ''));
  const answers = new Map<number, Reading<DescriptorTable>>();
  for (const index of own) answers.set(index, readDescriptorTable(paths[index] ?? ''));
  const read = await theirs;
  for (const [position, index] of other.entries()) {
    // Without a thread, or without an answer of it, the tables are read here.
    answers.set(index, read?.[position] ?? readDescriptorTable(paths[index] ?? ''));
  }
  return paths.map((path, index) => answers.get(index) ?? readDescriptorTable(path));
}

interface Division {
  readonly own: readonly number[];
  readonly other: readonly number[];
}

/** Indices of the tables for this thread and for another one, the largest first to whoever has less to do. */
function divide(paths: readonly string[]): Division {
  const sizes = paths.map((path) => {
    const size = countEntries(path);
    return size.known ? size.value : 0;
  });
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (all < WORTH_A_THREAD) return { own: [...paths.keys()], other: [] };
  const own: number[] = [];
  const other: number[] = [];
  let [ownSize, otherSize] = [0, 0];
  for (const index of [...paths.keys()].sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))) {
    const size = sizes[index] ?? 0;
    if (ownSize / OWN_SHARE <= otherSize / (1 - OWN_SHARE)) {
      own.push(index);
      ownSize += size;
    } else {
      other.push(index);
      otherSize += size;
    }
  }
  return { own, other };
}

function walkElsewhere(work: TableWork): Promise<readonly Reading<DescriptorTable>[] | null> {
  // Not imported: it takes 1.6 ms of every start, and few hosts need a second thread.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  return new Promise((resolve) => {
    const worker = new Worker(workerUrl(), { workerData: work });
    worker.once('message', (answer: readonly Reading<DescriptorTable>[]) => resolve(answer));
    worker.once('error', () => resolve(null));
    worker.once('exit', () => resolve(null));
  });
}

/** Beside this file when run from source, beside the bundle that this file became a part of. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './table-worker.ts' : './table-worker.js', import.meta.url);
}
