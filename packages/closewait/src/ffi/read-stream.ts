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

/** The main thread asks others meanwhile, and looks after the first part when it is done with that. */
const FIRST_BYTES = 1 << 22;
/** 5,000 records of 100 bytes: the listener puts them together while the kernel writes the next ones. */
const PART_BYTES = 1 << 19;

/**
 * Reads a descriptor to its end on a thread of libuv's pool, hands each part on as it comes, and closes it. The kernel hands
 * an iterator's output out in pieces of 32 KiB (bpf_seq_read, kernel/bpf/bpf_iter.c); with fs.read each of 300 pieces would
 * wait for its turn on the main thread, which is busy with other readers. fread(3) goes on by itself until its buffer is
 * full, and reads the next part while the listener has the last one.
 */
export async function readStream(fd: number, onPart: (part: Uint8Array) => void): Promise<SystemResult<void>> {
  const stream = Number(fdopen(fd, 'r'));
  if (stream !== 0) return readStreamOf(fd, stream, onPart);
  const refused = answered('fdopen', -1);
  closeDescriptor(fd);
  return refused.ok ? DONE : refused;
}

const DONE = { ok: true, value: undefined } as const;

async function readStreamOf(
  fd: number,
  stream: number,
  onPart: (part: Uint8Array) => void,
): Promise<SystemResult<void>> {
  let next = readPart(stream, FIRST_BYTES);
  try {
    for (;;) {
      const { part, isFull } = await next;
      if (isFull) next = readPart(stream, PART_BYTES);
      if (part.length > 0) onPart(part);
      if (isFull) continue;
      if (feof(stream) !== 0) return DONE;
      // Which error it was stays on the other thread: one more read tells.
      clearerr(stream);
      const one = await readOnce(fd);
      if (!one.ok) return one;
      if (one.value.length === 0) return DONE;
      onPart(one.value);
      next = readPart(stream, PART_BYTES);
    }
  } finally {
    // Whatever went wrong with a part, nobody may read any more when the stream is closed.
    await next;
    fclose(stream);
  }
}

async function readPart(
  stream: number,
  bytes: number,
): Promise<{ readonly part: Uint8Array; readonly isFull: boolean }> {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const length = Number(await fread(Number(addressOf(buffer)), 1, bytes, stream));
  return { part: buffer.subarray(0, length), isFull: length === bytes };
}

/** EAGAIN: an iterator that found nothing among a million objects wants to be asked again; so does a signal. */
const AGAIN: ReadonlySet<string> = new Set(['EAGAIN', 'EINTR']);

async function readOnce(fd: number): Promise<SystemResult<Uint8Array>> {
  const buffer = Buffer.allocUnsafeSlow(PART_BYTES);
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
