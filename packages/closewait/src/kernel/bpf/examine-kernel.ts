import { setTimeout } from 'node:timers/promises';
import { type KernelSource, known, type Reading, type Unknown, unknown } from '@closewait/core/facts';
import { BpfIterator } from '../../ffi/index.ts';
import { Assembler } from './assembler.ts';
import { writeClockProgram } from './clock-program.ts';
import { type ClockReading, clockRateBetween, clockRateOf } from './clock-rate.ts';
import { type Layout, resolveLayout } from './layout.ts';
import type { KernelEntry } from './layout-cache.ts';
import type { ClockRate } from './program-writer.ts';
import { checkPrograms } from './self-check.ts';
import { type ProgramParts, walk, walkHeld, walkUses } from './walk.ts';
import { whyNot } from './why-not.ts';

/** The way without BPF, with which the programs are compared. */
export type PlainSource = Pick<KernelSource, 'dumpSockets' | 'readFile' | 'readLink' | 'readInode'>;

/** Finds out where things are in this kernel, and whether our programs say the same as /proc and sock_diag. 0.2 s. */
export async function examineKernel(source: PlainSource): Promise<Reading<KernelEntry>> {
  const refused = refusalOfPrivilege();
  if (refused !== undefined) return refused;
  const btf = source.readFile('/sys/kernel/btf/vmlinux');
  if (!btf.known) {
    const { why, detail } = btf;
    return why === 'gone' ? unknown('unsupported', detail, 'a kernel with CONFIG_DEBUG_INFO_BTF') : btf;
  }
  const layout = resolveLayout(btf.value);
  if (!layout.known) return layout;
  const clock = await findClockRate(layout.value);
  if (!clock.known) return clock;
  const parts = { layout: layout.value, clock: clock.value };
  const first = await check(source, parts);
  // Once more before it is remembered: a busy host may change what is compared.
  const checked = first.known && first.value !== null ? await check(source, parts) : first;
  return checked.known ? known({ hz: clock.value.hz, layout: layout.value, mismatch: checked.value }) : checked;
}

/** The shortest program, for no function: EINVAL where the kernel would look at programs at all. Before BTF is read in vain. */
function refusalOfPrivilege(): Unknown | undefined {
  const instructions = new Assembler().move('r0', 0).exit().encode();
  const loaded = BpfIterator.load({ name: 'cw_try', instructions, attachBtfId: 0 });
  if (loaded.ok) loaded.value[Symbol.dispose]();
  return loaded.ok || loaded.errno === 'EINVAL' ? undefined : whyNot(loaded);
}

const BETWEEN_READINGS_MS = 250;

async function findClockRate(layout: Layout): Promise<Reading<ClockRate>> {
  const first = await readClocks(layout);
  if (!first.known) return first;
  const once = clockRateOf(first.value);
  if (once !== null) return known(once);
  await setTimeout(BETWEEN_READINGS_MS);
  const second = await readClocks(layout);
  if (!second.known) return second;
  const counted = clockRateBetween(first.value, second.value);
  return counted === null ? unknown('unsupported', 'no HZ explains how fast jiffies are counted') : known(counted);
}

async function readClocks(layout: Layout): Promise<Reading<ClockReading>> {
  const parts: Uint8Array[] = [];
  const read = await walk(layout, 'bpf_iter_task', writeClockProgram(layout), (part) => parts.push(part));
  if (!read.ok) return whyNot(read);
  const monotonicMs = Number(process.hrtime.bigint() / 1_000_000n);
  const bytes = Buffer.concat(parts);
  if (bytes.length !== 8) return unknown('garbled', `jiffies64 in ${bytes.length} bytes`);
  return known({ jiffies: bytes.readBigUInt64LE(), monotonicMs });
}

function check(source: PlainSource, parts: ProgramParts): Promise<Reading<string | null>> {
  return checkPrograms({
    source,
    listHeld: (request) => walkHeld(parts, request),
    listUses: (states) => walkUses(parts, states),
  });
}
