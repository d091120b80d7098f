import { type HeldRequest, known, type Reading } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { BpfIterator, readStream, type SystemResult } from '../../ffi/index.ts';
import { writeHeldProgram } from './held-program.ts';
import { RecordJoiner } from './join-records.ts';
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
  onChunk: (chunk: Uint8Array) => void = () => undefined,
): Promise<Reading<readonly Uint8Array[]>> {
  const chunks: Uint8Array[] = [];
  const joiner = new RecordJoiner((chunk) => {
    chunks.push(chunk);
    onChunk(chunk);
  });
  const program = writeHeldProgram(layout, request, clock);
  const read = await walk(layout, 'bpf_iter_task_file', program, (part) => joiner.add(part));
  if (!read.ok) return whyNot(read);
  joiner.end();
  return known(chunks);
}

/** `KernelSource.listSocketUses`. */
export async function walkUses(
  { layout }: ProgramParts,
  states: readonly TcpState[],
  enter: Enter = HERE,
): Promise<Reading<readonly Uint8Array[]>> {
  const parts: Uint8Array[] = [];
  const program = writeUsesProgram(layout, states);
  const read = await walk(layout, 'bpf_iter_tcp', program, (part) => parts.push(part), enter);
  if (!read.ok) return whyNot(read);
  return known(parts.length < 2 ? parts : [Buffer.concat(parts)]);
}

/** Loads a program, runs it over everything that its iterator visits, and hands on what it writes as it comes. */
export async function walk(
  layout: Layout,
  target: Target,
  instructions: Uint8Array,
  onPart: (part: Uint8Array) => void,
  enter: Enter = HERE,
): Promise<SystemResult<void>> {
  const name = target.replace('bpf_iter_', 'cw_');
  const loaded = BpfIterator.load({ name, instructions, attachBtfId: layout.targets[target] });
  if (!loaded.ok) return loaded;
  // The opened walk keeps program and link.
  using iterator = loaded.value;
  const opened = enter(() => iterator.open());
  return opened.ok ? await readStream(opened.value, onPart) : opened;
}
