import { type HeldRequest, known, type Reading } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { BpfIterator, readStream, type SystemResult } from '../../ffi/index.ts';
import { writeHeldProgram } from './held-program.ts';
import { joinRecords } from './join-records.ts';
import type { Layout, Target } from './layout.ts';
import type { ClockRate } from './program-writer.ts';
import { writeUsesProgram } from './uses-program.ts';
import { whyNot } from './why-not.ts';

/** What programs are made of. */
export interface ProgramParts {
  readonly layout: Layout;
  readonly clock: ClockRate;
}

/** Opens a walk somewhere: an iterator takes the network namespace of the thread that opens it. */
export type Enter = (open: () => SystemResult<number>) => SystemResult<number>;

const HERE: Enter = (open) => open();

/** `KernelSource.listHeld`. */
export async function walkHeld(
  { layout, clock }: ProgramParts,
  request: HeldRequest,
): Promise<Reading<readonly Uint8Array[]>> {
  const read = await walk(layout, 'bpf_iter_task_file', writeHeldProgram(layout, request, clock));
  return read.ok ? known(joinRecords(read.value)) : whyNot(read);
}

/** `KernelSource.listSocketUses`. */
export async function walkUses(
  { layout }: ProgramParts,
  states: readonly TcpState[],
  enter: Enter = HERE,
): Promise<Reading<readonly Uint8Array[]>> {
  const read = await walk(layout, 'bpf_iter_tcp', writeUsesProgram(layout, states), enter);
  if (!read.ok) return whyNot(read);
  return known(read.value.length < 2 ? read.value : [Buffer.concat(read.value)]);
}

/** Loads a program, runs it over everything that its iterator visits, and reads what it wrote. */
export async function walk(
  layout: Layout,
  target: Target,
  instructions: Uint8Array,
  enter: Enter = HERE,
): Promise<SystemResult<readonly Uint8Array[]>> {
  const name = target.replace('bpf_iter_', 'cw_');
  const loaded = BpfIterator.load({ name, instructions, attachBtfId: layout.targets[target] });
  if (!loaded.ok) return loaded;
  // The opened walk keeps program and link.
  using iterator = loaded.value;
  const opened = enter(() => iterator.open());
  return opened.ok ? await readStream(opened.value) : opened;
}
