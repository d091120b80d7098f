import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** cpu_set_t of 8,192 processors, the most that Linux is built for. */
const MASK_BYTES = 1024;
const getAffinity = libcFunction<[number, number, Uint8Array]>('int sched_getaffinity(int, size_t, void*)');
const setAffinity = libcFunction<[number, number, Uint8Array]>('int sched_setaffinity(int, size_t, const void*)');

/**
 * Runs `work` with this thread on one processor, and lets it go where it could go before. Touches no other thread. EINVAL
 * where the processor does not exist or its cpuset leaves it out.
 */
export function onProcessor<T>(cpu: number, work: () => SystemResult<T>): SystemResult<T> {
  if (cpu < 0 || cpu >= MASK_BYTES * 8) return { ok: false, op: 'sched_setaffinity', errno: 'EINVAL' };
  const before = Buffer.alloc(MASK_BYTES);
  const read = answered('sched_getaffinity', getAffinity(0, MASK_BYTES, before));
  if (!read.ok) return read;
  const mask = Buffer.alloc(MASK_BYTES);
  mask[cpu >> 3] = 1 << (cpu & 7);
  const moved = answered('sched_setaffinity', setAffinity(0, MASK_BYTES, mask));
  if (!moved.ok) return moved;
  try {
    return work();
  } finally {
    // Cannot fail: the processors were allowed a moment ago, and where they no longer are the kernel has chosen others.
    setAffinity(0, MASK_BYTES, before);
  }
}
