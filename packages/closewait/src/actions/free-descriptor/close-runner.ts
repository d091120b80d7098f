import { setTimeout } from 'node:timers/promises';
import { known, type Reading } from '@closewait/core/facts';
import { BpfMap, BpfTypes, SystemProgram, type SystemResult } from '../../ffi/index.ts';
import { whyNot } from '../../kernel/bpf/why-not.ts';
import { type AskedThread, type BatchResult, type DescriptorOrder, decodeBatch, encodeBatch } from './batch.ts';
import { BATCH_BYTES } from './batch-layout.ts';
import { NO_THREAD, OTHER_PROCESS, writeFreeProgram } from './free-program.ts';
import type { KernelPlaces } from './kernel-places.ts';
import { writeProgramTypes } from './program-types.ts';

/** A thread that is not on its way within this time is not asked any longer. */
const MOST_WAIT_MS = 1000;
/** What has begun comes to its end: it closes, and takes no lock that is held for long. */
const MOST_CLOSING_MS = 10_000;
/** After the work was taken back, for the moment between being picked up and saying so. */
const SETTLING_MS = 20;
const BETWEEN_LOOKS_MS = 1;
const WORK_BYTES = 8;

/**
 * What came of a batch.
 *
 * - `came`: the thread came by and did what the result says.
 * - `did-not-come`: it was asked, did not come, and the work was taken back: nothing was done.
 * - `gone`: there is no such thread.
 * - `cut-off`: it came and did not come to its end in time; what it has done so far is in the result.
 * - `failed`: the kernel did not take the work.
 */
export type BatchEnd =
  | { readonly kind: 'came' | 'cut-off'; readonly result: BatchResult }
  | { readonly kind: 'did-not-come' | 'gone' }
  | { readonly kind: 'failed'; readonly op: string; readonly errno: string };

/**
 * The program, loaded. Everything of it ends with this process, also by SIGKILL: the kernel takes back work that waits
 * when the last descriptor of its map is closed (map_release_uref), and what runs already comes to its end in the owner.
 */
export class CloseRunner implements Disposable {
  readonly #open: readonly Disposable[];
  readonly #work: BpfMap;
  readonly #batch: BpfMap;
  readonly #program: SystemProgram;

  private constructor(open: readonly Disposable[], work: BpfMap, batch: BpfMap, program: SystemProgram) {
    this.#open = open;
    this.#work = work;
    this.#batch = batch;
    this.#program = program;
  }

  /** Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, of the initial user namespace: `denied`. */
  static load(places: KernelPlaces): Reading<CloseRunner> {
    const open: Disposable[] = [];
    const keep = <T extends Disposable>(made: SystemResult<T>): SystemResult<T> => {
      if (made.ok) open.unshift(made.value);
      return made;
    };
    const loaded = build(places, keep);
    if (loaded.ok) return known(new CloseRunner(open, loaded.value.work, loaded.value.batch, loaded.value.program));
    for (const made of open) made[Symbol.dispose]();
    return whyNot(loaded);
  }

  /** Has a thread close what nothing speaks against, and waits for it. `hasEnded`: whether its process has. */
  async run(thread: AskedThread, orders: readonly DescriptorOrder[], hasEnded: () => boolean): Promise<BatchEnd> {
    // Whatever waits there from before is taken back.
    const cleared = this.#work.write(Buffer.alloc(WORK_BYTES));
    if (!cleared.ok) return { kind: 'failed', ...cleared };
    const ordered = this.#batch.write(encodeBatch(thread, orders));
    if (!ordered.ok) return { kind: 'failed', ...ordered };
    const ran = this.#program.run();
    if (!ran.ok) return { kind: 'failed', ...ran };
    if (ran.value === NO_THREAD || ran.value === OTHER_PROCESS) return { kind: 'gone' };
    if (ran.value !== 0) return { kind: 'failed', op: 'bpf_task_work_schedule_signal', errno: `${ran.value}` };
    const first = await this.#wait(MOST_WAIT_MS, ({ isStarted }) => isStarted || hasEnded());
    if (first.isStarted) return this.#finish();
    this.#work.write(Buffer.alloc(WORK_BYTES));
    const last = await this.#wait(SETTLING_MS, ({ isStarted }) => isStarted);
    if (last.isStarted) return this.#finish();
    return { kind: hasEnded() ? 'gone' : 'did-not-come' };
  }

  async #finish(): Promise<BatchEnd> {
    const result = await this.#wait(MOST_CLOSING_MS, ({ isDone }) => isDone);
    return { kind: result.isDone ? 'came' : 'cut-off', result };
  }

  async #wait(mostMs: number, isEnough: (result: BatchResult) => boolean): Promise<BatchResult> {
    const deadline = performance.now() + mostMs;
    for (;;) {
      const result = this.#read();
      if (isEnough(result) || performance.now() > deadline) return result;
      await setTimeout(BETWEEN_LOOKS_MS);
    }
  }

  #read(): BatchResult {
    const read = this.#batch.read();
    // A map of one element always has it.
    return decodeBatch(read.ok ? read.value : Buffer.alloc(BATCH_BYTES));
  }

  [Symbol.dispose](): void {
    for (const made of this.#open) made[Symbol.dispose]();
  }
}

interface Built {
  readonly work: BpfMap;
  readonly batch: BpfMap;
  readonly program: SystemProgram;
}

function build(
  places: KernelPlaces,
  keep: <T extends Disposable>(made: SystemResult<T>) => SystemResult<T>,
): SystemResult<Built> {
  const { btf, int, work: valueType, main, callback, loop } = writeProgramTypes();
  const types = keep(BpfTypes.load(btf));
  if (!types.ok) return types;
  const typed = { btf: types.value, keyType: int, valueType };
  const work = keep(BpfMap.create({ name: 'cw_work', valueBytes: WORK_BYTES, types: typed }));
  if (!work.ok) return work;
  const batch = keep(BpfMap.create({ name: 'cw_batch', valueBytes: BATCH_BYTES }));
  if (!batch.ok) return batch;
  const written = writeFreeProgram(places, { work: work.value.fd, batch: batch.value.fd });
  const program = keep(
    SystemProgram.load({
      name: 'cw_free',
      instructions: written.instructions,
      types: types.value,
      functions: [
        [written.main, main],
        [written.callback, callback],
        [written.loop, loop],
        [written.pollLoop, loop],
      ],
    }),
  );
  return program.ok ? { ok: true, value: { work: work.value, batch: batch.value, program: program.value } } : program;
}
