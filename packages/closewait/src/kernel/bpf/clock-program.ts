import type { Layout } from './layout.ts';
import { HELPER, ProgramWriter } from './program-writer.ts';

/** Writes jiffies64 once, at the first task that the iterator `task` visits. */
export function writeClockProgram(layout: Layout): Uint8Array {
  const w = new ProgramWriter(layout);
  w.move('r6', 'r1').read('r7', 'r6', 'task.meta').read('r1', 'r7', 'meta.seq_num').jumpIf('r1', '!=', 0, 'out');
  w.call(HELPER.jiffies64).store(8, 'r10', -8, 'r0');
  w.read('r1', 'r7', 'meta.seq').move('r2', 'r10').compute('r2', 'add', -8).move('r3', 8).call(HELPER.seqWrite);
  return w.label('out').move('r0', 0).exit().encode();
}
