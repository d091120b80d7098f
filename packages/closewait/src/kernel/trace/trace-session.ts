import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import {
  type Decoded,
  decodeTraceFormat,
  decodeTracePage,
  describeProblem,
  type TraceFormat,
} from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';
import { failureOf, readInto, type SystemFailure } from '../../ffi/index.ts';
import { refusal } from '../live/refusal.ts';
import { instanceName, ownOwner } from './instance-name.ts';
import { removeInstance, sweepInstances } from './sweep-instances.ts';
import { openTracefs, type Tracefs } from './tracefs.ts';

/** A tracepoint. */
export interface TraceEventRequest {
  readonly system: string;
  readonly name: string;
  /** Which of its events are recorded, in the kernel's own language: `newstate == 8`. Default all. */
  readonly filter?: string;
  /** Where this kernel does not have it, the others are recorded without it. Default: the session does not open. */
  readonly optional?: boolean;
}

/** What a session records. */
export interface TraceRequest {
  readonly events: readonly TraceEventRequest[];
  /** Only these threads, and every thread and process that they start from then on. Default all of the machine. */
  readonly threads?: readonly number[];
  /** Default 1,408 kB, the kernel's own. */
  readonly bufferKilobytesPerCpu?: number;
  /** What is lost where the reader is too slow. Default the oldest. */
  readonly loses?: 'oldest' | 'newest';
}

/** One event, not yet decoded. */
export interface TracedEvent {
  /** `sock:inet_sock_set_state`. */
  readonly event: string;
  /** CLOCK_MONOTONIC. */
  readonly atNs: bigint;
  readonly processor: number;
  /** The record, which no later read overwrites. */
  readonly bytes: Uint8Array;
}

/** What has come since the last call. */
export interface TraceHarvest {
  /** In the order of their times, and none of a later call is earlier: what is newer than this call waits for the next. */
  readonly events: readonly TracedEvent[];
  /** Events that the buffer had no room for. */
  readonly lost: number;
  /** Whether more were lost, and nobody knows how many. */
  readonly lostMore: boolean;
}

interface Processor {
  readonly number: number;
  readonly fd: number;
  readonly statistics: string;
  missing: number;
}

const CLOCK = 'mono';
/** ring_buffer.c is read in 64-bit layout only: data after a timestamp and a 64-bit count. */
const DATA_OFFSET = 16;

let instances = 0;

/**
 * Trace events of the kernel, through an instance of tracefs that is this process's own: nobody else's tracing is seen or
 * changed. Needs root of the first user namespace. What a process leaves behind that dies by SIGKILL, the next session
 * removes.
 */
export class TraceSession implements Disposable {
  /** The layouts of the events on this kernel, by `system:name`. */
  readonly formats: ReadonlyMap<string, TraceFormat>;
  readonly #tracefs: Tracefs;
  readonly #folder: string;
  readonly #events = new Map<number, string>();
  readonly #page: Buffer;
  readonly #processors: readonly Processor[];
  #newer: TracedEvent[] = [];
  #isOpen = true;

  private constructor(tracefs: Tracefs, folder: string, { events, ...request }: TraceRequest) {
    this.#tracefs = tracefs;
    this.#folder = folder;
    this.#page = Buffer.alloc(readPageBytes(tracefs.path));
    this.#write('tracing_on', '0');
    this.#write('trace_clock', CLOCK);
    this.#write('options/overwrite', request.loses === 'newest' ? '0' : '1');
    if (request.bufferKilobytesPerCpu !== undefined) {
      this.#write('buffer_size_kb', String(request.bufferKilobytesPerCpu));
    }
    if (request.threads !== undefined) {
      this.#write('options/event-fork', '1');
      this.#write('set_event_pid', request.threads.join(' '));
    }
    const formats = new Map<string, TraceFormat>();
    for (const { system, name, filter, optional = false } of events) {
      const path = `events/${system}/${name}`;
      if (optional && !existsSync(`${folder}/${path}/format`)) continue;
      const format = must(decodeTraceFormat(this.#read(`${path}/format`)));
      formats.set(`${system}:${name}`, format);
      this.#events.set(format.id, `${system}:${name}`);
      if (filter !== undefined) this.#write(`${path}/filter`, filter);
      this.#write(`${path}/enable`, '1');
    }
    this.formats = formats;
    this.#processors = readdirSync(`${folder}/per_cpu`).map((cpu) => ({
      number: Number(cpu.slice('cpu'.length)),
      fd: openSync(`${folder}/per_cpu/${cpu}/trace_pipe_raw`, constants.O_RDONLY | constants.O_NONBLOCK),
      statistics: `per_cpu/${cpu}/stats`,
      missing: 0,
    }));
    this.#write('tracing_on', '1');
  }

  /** Begins to record. What the kernel refuses, or does not have, is the reason of an unknown. */
  static open(request: TraceRequest): Reading<TraceSession> {
    const tracefs = openTracefs();
    if (!tracefs.known) return tracefs;
    let folder: string | null = null;
    try {
      sweepInstances(tracefs.value);
      folder = `${tracefs.value.path}/instances/${instanceName(ownOwner(), instances++)}`;
      mkdirSync(folder);
      return known(new TraceSession(tracefs.value, folder, request));
    } catch (cause) {
      if (folder !== null) removeInstance(folder);
      tracefs.value[Symbol.dispose]();
      if (cause instanceof UnexpectedLayout) return unknown('unsupported', cause.message);
      if (cause instanceof Refused) return refusal(cause.failure, `${cause.file} of tracefs`);
      return refusal(failureOf('open', cause), 'an instance of tracefs');
    }
  }

  /** Takes what has come before this call; never waits. */
  poll(): TraceHarvest {
    // The processors are read one after the other: without a bound, one thread's events could come in the wrong order.
    const beganNs = process.hrtime.bigint();
    const events = this.#newer;
    this.#newer = [];
    let lost = 0;
    let lostSome = false;
    for (const processor of this.#processors) {
      // What makes events faster than they are read must not keep this from coming to an end.
      for (let isOlder = true; isOlder; ) {
        const bytes = this.#readPage(processor.fd);
        if (bytes === 0) break;
        // A copy: the events are views into it.
        const page = must(decodeTracePage(new Uint8Array(this.#page.subarray(0, bytes))));
        lostSome ||= page.lost !== 0;
        for (const { atNs, bytes: record } of page.records) {
          isOlder = atNs <= beganNs;
          const event = this.#events.get((record[0] ?? 0) | ((record[1] ?? 0) << 8));
          if (event !== undefined) events.push({ event, atNs, processor: processor.number, bytes: record });
        }
      }
      const missing = this.#readMissing(processor);
      lost += missing - processor.missing;
      processor.missing = missing;
    }
    events.sort((a, b) => Number(a.atNs - b.atNs));
    const end = events.findIndex(({ atNs }) => atNs > beganNs);
    if (end >= 0) this.#newer = events.splice(end);
    return { events, lost, lostMore: lostSome && lost === 0 };
  }

  /**
   * Takes the pages that have come before this call as they are, and decodes nothing: for events by the hundred thousand.
   * Those of a processor come in their order; a visitor that answers false has seen enough of this one. The bytes are
   * overwritten by the next page. Losses are counted by {@link readLost} alone. Never waits.
   */
  readPages(visit: (page: Uint8Array, processor: number) => boolean): void {
    for (const { fd, number } of this.#processors) {
      for (;;) {
        const bytes = this.#readPage(fd);
        if (bytes === 0 || !visit(this.#page.subarray(0, bytes), number)) break;
      }
    }
  }

  /** Events that the buffers had no room for since the last call. Costs some 20 µs a processor. */
  readLost(): number {
    let lost = 0;
    for (const processor of this.#processors) {
      const missing = this.#readMissing(processor);
      lost += missing - processor.missing;
      processor.missing = missing;
    }
    return lost;
  }

  /** How many processors have a buffer. */
  get processors(): number {
    return this.#processors.length;
  }

  /**
   * Makes the buffer of every processor this large, while it goes on recording. False where the kernel has no memory for
   * it; the buffers are then as they were.
   */
  resize(kilobytesPerCpu: number): boolean {
    try {
      this.#write('buffer_size_kb', String(kilobytesPerCpu));
      return true;
    } catch (cause) {
      if (cause instanceof Refused && ['ENOMEM', 'EBUSY', 'EINVAL'].includes(cause.failure.errno)) return false;
      throw cause;
    }
  }

  /** From now on another choice of an event's records is made. */
  filter({ system, name }: Pick<TraceEventRequest, 'system' | 'name'>, filter: string): void {
    this.#write(`events/${system}/${name}/filter`, filter);
  }

  /** Stops, and removes the instance. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { fd } of this.#processors) closeSync(fd);
    removeInstance(this.#folder);
    this.#tracefs[Symbol.dispose]();
  }

  #readPage(fd: number): number {
    // Not node:fs: there an empty buffer is an exception, 15 µs for each processor and poll.
    const read = readInto(fd, this.#page);
    if (read.ok) return read.value;
    if (read.errno === 'EAGAIN' || read.errno === 'EINTR') return 0;
    throw new Refused(read, 'trace_pipe_raw');
  }

  /**
   * Events that were overwritten, or came while there was no room. The header of a page has a number too, but only where
   * the page has room for it, which a full one has not.
   */
  #readMissing({ statistics }: Processor): number {
    const text = this.#read(statistics).toString('latin1');
    const counts = text.matchAll(/^(?:overrun|commit overrun|dropped events): (?<count>\d+)$/gm);
    return [...counts].reduce((sum, { groups }) => sum + Number(groups?.['count'] ?? 0), 0);
  }

  #read(file: string): Buffer {
    return access('read', file, () => readFileSync(`${this.#folder}/${file}`));
  }

  #write(file: string, text: string): void {
    access('write', file, () => writeFileSync(`${this.#folder}/${file}`, text));
  }
}

/** Bytes of the kernel that are not what this program was written for. */
class UnexpectedLayout extends Error {}

/** What the kernel answered to the access to one file. */
class Refused extends Error {
  readonly failure: SystemFailure;
  readonly file: string;

  constructor(failure: SystemFailure, file: string) {
    super(`${failure.op} ${file}: ${failure.errno}`);
    this.failure = failure;
    this.file = file;
  }
}

function access<T>(op: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Refused(failureOf(op, cause), file);
  }
}

function must<T>(result: Decoded<T>): T {
  if (result.ok) return result.value;
  throw new UnexpectedLayout(describeProblem(result.problem));
}

/** The size of a page of the buffer, which need not be that of the machine. */
function readPageBytes(root: string): number {
  const { fields } = must(decodeTraceFormat(readFileSync(`${root}/events/header_page`)));
  const data = fields.get('data');
  if (data?.offset !== DATA_OFFSET) throw new UnexpectedLayout(`pages of the trace buffer: data at ${data?.offset}`);
  return data.offset + data.bytes;
}
