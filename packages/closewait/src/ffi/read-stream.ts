import { read } from 'node:fs';
import { addressOf, asyncLibcFunction, libcFunction } from './libc.ts';
import { failureOf } from './namespace.ts';
import { closeDescriptor } from './sockets.ts';
import { answered, type SystemResult } from './system-call.ts';

const fdopen = libcFunction<[number, string]>('uintptr_t fdopen(int, const char*)');
const fclose = libcFunction<[number]>('int fclose(uintptr_t)');
const feof = libcFunction<[number]>('int feof(uintptr_t)');
const clearerr = libcFunction<[number]>('void clearerr(uintptr_t)');
const fread = asyncLibcFunction<[number, number, number, number]>('size_t fread(uintptr_t, size_t, size_t, uintptr_t)');

const FIRST_BYTES = 1 << 20;
const MOST_BYTES = 1 << 26;

/**
 * Reads a descriptor to its end on a thread of libuv's pool and closes it. The kernel hands an iterator's output out in
 * pieces of 32 KiB (bpf_seq_read, kernel/bpf/bpf_iter.c); with fs.read each of 300 pieces would wait for its turn on the
 * main thread, which is busy with other readers. fread(3) goes on by itself until its buffer is full, so the main thread
 * is asked after 1 MiB, 4 MiB, 16 MiB, 64 MiB. Only what was read is resident: untouched pages cost nothing.
 */
export async function readStream(fd: number): Promise<SystemResult<readonly Uint8Array[]>> {
  const stream = Number(fdopen(fd, 'r'));
  if (stream !== 0) return readStreamOf(fd, stream);
  const refused = answered('fdopen', -1);
  closeDescriptor(fd);
  return refused.ok ? { ok: true, value: [] } : refused;
}

async function readStreamOf(fd: number, stream: number): Promise<SystemResult<readonly Uint8Array[]>> {
  try {
    const parts: Uint8Array[] = [];
    for (let bytes = FIRST_BYTES; ; bytes = Math.min(MOST_BYTES, bytes * 4)) {
      const buffer = Buffer.allocUnsafeSlow(bytes);
      const length = Number(await fread(Number(addressOf(buffer)), 1, bytes, stream));
      if (length > 0) parts.push(buffer.subarray(0, length));
      if (length === bytes) continue;
      if (feof(stream) !== 0) return { ok: true, value: parts };
      // Which error it was stays on the other thread: one more read tells.
      clearerr(stream);
      const one = await readOnce(fd);
      if (!one.ok) return one;
      if (one.value.length === 0) return { ok: true, value: parts };
      parts.push(one.value);
    }
  } finally {
    fclose(stream);
  }
}

/** EAGAIN: an iterator that found nothing among a million objects wants to be asked again; so does a signal. */
const AGAIN: ReadonlySet<string> = new Set(['EAGAIN', 'EINTR']);

async function readOnce(fd: number): Promise<SystemResult<Uint8Array>> {
  const buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  for (;;) {
    const result = await new Promise<SystemResult<number>>((resolve) => {
      read(fd, buffer, 0, buffer.length, null, (error, length) => {
        resolve(error === null ? { ok: true, value: length } : failureOf('read', error));
      });
    });
    if (result.ok) return { ok: true, value: buffer.subarray(0, result.value) };
    if (!AGAIN.has(result.errno)) return result;
  }
}
