import { decodeText, describeProblem, END_WORDS, readEndWords, type TraceCursor } from '@closewait/core/codec';
import { type KernelSource, known, type Reading } from '@closewait/core/facts';
import { CLOSE_EVENTS, type CloseEventName, type CloseLayout, closeLayout } from './close-layout.ts';
import { PageMerger } from './merge-pages.ts';
import { type Task, TaskTable } from './task-table.ts';
import { TraceSession } from './trace-session.ts';

/**
 * Takes the events in the order of their times, nanoseconds since the stream was opened. A socket is its address in the
 * kernel, in units of 8 bytes so that it is exact as a number. `ends` (END_WORDS of core/codec) is valid during the call.
 */
export interface CloseSink {
  /** A FIN has come: into CLOSE-WAIT. */
  arrived(atNs: number, socket: number, ends: Uint32Array): void;
  /**
   * Out of CLOSE-WAIT: `newState` of net/tcp_states.h, 9 LAST-ACK, 7 CLOSED. `task` ran meanwhile; null in an interrupt,
   * where it says nothing.
   */
  left(atNs: number, socket: number, ends: Uint32Array, newState: number, task: Task | null, how: ClosingCall): void;
  resetReceived(atNs: number, socket: number): void;
  resetSent(atNs: number, socket: number): void;
  /** `error` was given to a socket with these ends, by thread `tid` or an interrupt of it. */
  failed(atNs: number, tid: number, error: number, ends: Uint32Array): void;
}

/** In what the thread was that did it: a call of shutdown(2), its own end, or neither. */
export type ClosingCall = 'shutdown' | 'exit' | 'other';

/** What one call of {@link CloseStream.poll} has brought beside the events. */
export interface CloseHarvest {
  /** Up to when all events have been seen, nanoseconds since the stream was opened. */
  readonly untilNs: number;
  readonly events: number;
  /** Events that the buffers had no room for; counted once a second, and whenever a page tells of some. */
  readonly lost: number;
}

/** Together all buffers begin with so much, and grow up to so much. 100,000 transitions a second are 8 MB. */
const FIRST_KILOBYTES = 32 << 10;
const MOST_KILOBYTES = 256 << 10;
const LEAST_PER_PROCESSOR = 512;
const MOST_PER_PROCESSOR = 64 << 10;
const LOSS_CHECK_NS = 1e9;
const MS_NS = 1e6;
/** TRACE_FLAG_HARDIRQ and TRACE_FLAG_SOFTIRQ of linux/trace_events.h. */
const IN_INTERRUPT = 0x18;
const CLOSE_WAIT = 8;
/** linux/sched.h */
const CLONE_THREAD = 0x1_0000;

/**
 * Every transition into and out of CLOSE-WAIT of every TCP socket of the machine, and what tells their reasons. Costs
 * some 3 % of what a connection on loopback costs, and 50 ns for each system call of the machine (sys_enter_shutdown
 * makes all calls take the traced path). Needs root of the first user namespace.
 */
export class CloseStream implements Disposable {
  /** CLOCK_MONOTONIC of time 0. */
  readonly originNs: bigint;
  readonly tasks: TaskTable;
  readonly #session: TraceSession;
  readonly #layout: CloseLayout;
  readonly #merger: PageMerger;
  readonly #ends = new Uint32Array(END_WORDS);
  readonly #inShutdown = new Set<number>();
  #kilobytes: number;
  #checkedNs = 0;
  #events = 0;

  private constructor(session: TraceSession, layout: CloseLayout, source: KernelSource) {
    this.originNs = process.hrtime.bigint();
    this.tasks = new TaskTable(source);
    this.#session = session;
    this.#layout = layout;
    this.#merger = new PageMerger(session, this.originNs);
    this.#kilobytes = firstSize(session.processors);
    this.#session.resize(this.#kilobytes);
  }

  /** `bufferKilobytesPerCpu` is for tests of losses. */
  static open(source: KernelSource, options: { readonly bufferKilobytesPerCpu?: number } = {}): Reading<CloseStream> {
    const session = TraceSession.open({ events: Object.values(CLOSE_EVENTS) });
    if (!session.known) return session;
    const layout = closeLayout(session.value);
    if (!layout.known) {
      session.value[Symbol.dispose]();
      return layout;
    }
    const stream = new CloseStream(session.value, layout.value, source);
    if (options.bufferKilobytesPerCpu !== undefined) stream.#fix(options.bufferKilobytesPerCpu);
    return known(stream);
  }

  /** Events that this kernel does not have: without them some endings are not told apart. */
  get missing(): readonly CloseEventName[] {
    return (Object.keys(CLOSE_EVENTS) as CloseEventName[]).filter((name) => this.#layout.offsets[name] === null);
  }

  get processors(): number {
    return this.#session.processors;
  }

  /** Of each processor's buffer now. */
  get bufferKilobytes(): number {
    return this.#kilobytes;
  }

  /** Takes what has come before this call; never waits. Every 100 ms is often enough for 100,000 transitions a second. */
  poll(sink: CloseSink): CloseHarvest {
    this.#events = 0;
    const untilNs = this.#merger.visit((cursor) => this.#take(cursor, sink));
    const isFull = this.#merger.mostBytes > (this.#kilobytes << 10) / 2;
    const isDue = isFull || untilNs - this.#checkedNs >= LOSS_CHECK_NS;
    const lost = isDue ? this.countLost(untilNs) : 0;
    if (isFull || lost > 0) this.#grow();
    this.tasks.tidy(untilNs / MS_NS);
    return { untilNs, events: this.#events, lost };
  }

  /** Counts what was lost since the last count. */
  countLost(nowNs: number = this.#checkedNs): number {
    this.#checkedNs = nowNs;
    const lost = this.#session.readLost();
    if (lost > 0) {
      this.#inShutdown.clear();
      this.tasks.clear();
    }
    return lost;
  }

  /** What the pages held that could not be decoded, null where that was nothing. */
  get problem(): string | null {
    return this.#merger.problem === null ? null : describeProblem(this.#merger.problem);
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }

  #fix(kilobytes: number): void {
    this.#session.resize(kilobytes);
    this.#kilobytes = kilobytes;
    this.#grow = () => undefined;
  }

  #grow = (): void => {
    const most = Math.min(MOST_PER_PROCESSOR, Math.floor(MOST_KILOBYTES / this.processors));
    const wanted = Math.min(2 * this.#kilobytes, most);
    if (wanted > this.#kilobytes && this.#session.resize(wanted)) this.#kilobytes = wanted;
  };

  #take(cursor: TraceCursor, sink: CloseSink): void {
    const { view, offset } = cursor;
    const name = this.#layout.nameOf.get(view.getUint16(offset, true));
    if (name === undefined) return;
    const fields = this.#layout.offsets[name];
    if (fields === null || cursor.bytes < fields.neededBytes) return;
    this.#events++;
    const tid = view.getInt32(offset + fields.at.common_pid, true);
    switch (name) {
      case 'state':
        return this.#takeState(cursor, tid, sink);
      case 'resetReceived':
        return sink.resetReceived(
          cursor.atNs,
          this.#socketOf(cursor, this.#layout.offsets.resetReceived?.at.skaddr ?? 0),
        );
      case 'resetSent':
        return sink.resetSent(cursor.atNs, this.#socketOf(cursor, this.#layout.offsets.resetSent?.at.skaddr ?? 0));
      case 'error':
        return this.#takeError(cursor, tid, sink);
      case 'shutdownBegan':
        return void this.#inShutdown.add(tid);
      case 'shutdownEnded':
        return void this.#inShutdown.delete(tid);
      case 'taskBegan':
        return this.#takeBegun(cursor, tid);
      case 'taskEnded':
        return this.#takeEnded(cursor);
    }
  }

  #takeState(cursor: TraceCursor, tid: number, sink: CloseSink): void {
    const at = this.#layout.offsets.state?.at;
    if (at === undefined) return;
    const { view, offset, atNs } = cursor;
    const socket = this.#socketOf(cursor, at.skaddr);
    readEndWords(view, offset, at, this.#ends);
    const newState = view.getInt32(offset + at.newstate, true);
    if (newState === CLOSE_WAIT) return sink.arrived(atNs, socket, this.#ends);
    if ((view.getUint8(offset + at.common_flags) & IN_INTERRUPT) !== 0) {
      return sink.left(atNs, socket, this.#ends, newState, null, 'other');
    }
    const nowMs = atNs / MS_NS;
    const task = this.tasks.taskOf(tid, nowMs);
    const how = this.tasks.isEnding(tid, nowMs) ? 'exit' : this.#inShutdown.has(tid) ? 'shutdown' : 'other';
    sink.left(atNs, socket, this.#ends, newState, task, how);
  }

  #takeError(cursor: TraceCursor, tid: number, sink: CloseSink): void {
    const at = this.#layout.offsets.error?.at;
    if (at === undefined) return;
    readEndWords(cursor.view, cursor.offset, at, this.#ends);
    sink.failed(cursor.atNs, tid, cursor.view.getInt32(cursor.offset + at.error, true), this.#ends);
  }

  #takeBegun(cursor: TraceCursor, parent: number): void {
    const at = this.#layout.offsets.taskBegan?.at;
    if (at === undefined) return;
    const { view, offset } = cursor;
    const isThread = (view.getUint32(offset + at.clone_flags, true) & CLONE_THREAD) !== 0;
    const name = readName(view, offset + at.comm);
    this.tasks.began(view.getInt32(offset + at.pid, true), { parent, isThread, name });
  }

  #takeEnded({ view, offset, atNs }: TraceCursor): void {
    const at = this.#layout.offsets.taskEnded?.at;
    if (at === undefined) return;
    this.tasks.ended(view.getInt32(offset + at.pid, true), readName(view, offset + at.comm), atNs / MS_NS);
  }

  /** Kernel addresses are 57 bits at most, sign-extended, and sockets are aligned to 8: 53 bits tell them apart. */
  #socketOf({ view, offset }: TraceCursor, at: number): number {
    const low = view.getUint32(offset + at, true) >>> 3;
    return low + (view.getUint32(offset + at + 4, true) & 0xff_ffff) * 0x2000_0000;
  }
}

/** A machine with 128 processors must not give 1 GB to a buffer that one of them fills. */
function firstSize(processors: number): number {
  return Math.max(LEAST_PER_PROCESSOR, Math.min(MOST_PER_PROCESSOR, Math.floor(FIRST_KILOBYTES / processors)));
}

const COMM_BYTES = 16;

function readName(view: DataView, at: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, COMM_BYTES);
  const end = bytes.indexOf(0);
  return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
}
