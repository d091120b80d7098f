import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { CapturedPacket } from '@closewait/core/capture';

import { LineSplitter } from './line-splitter.ts';
import { type OpenCapture, unusable } from './open-capture.ts';
import { tsharkCommand } from './tshark-command.ts';
import { parseTsharkLine } from './tshark-line.ts';

/** Who gets what a capture holds. */
export interface CaptureReader {
  readonly take: (packet: CapturedPacket) => void;
  /** Bytes of the file that were read, some times a second; never for a pipe. */
  readonly progress: (bytes: number) => void;
  /** Ends the reading of a file with the signal's reason. A pipe is taken to be at its end: what came is a capture. */
  readonly signal: AbortSignal;
  /** PATH, in which the programs are looked for. */
  readonly path: string;
}

/** How the reading ended. */
export interface CaptureEnd {
  /** What was wrong with the file from some place on; null: it was read to its end. */
  readonly damage: string | null;
}

const WATCH_MS = 200;
/** tshark reads more than 50,000 packets in a second: after so long without a line it does not go on by itself. */
const STALLED_MS = 60_000;
/** How long the end of an interrupted pipe is waited for. */
const STOP_MS = 500;
const COMPLAINT_BYTES = 4096;

/**
 * Reads a capture with tshark and hands on packet by packet, in constant memory here.
 *
 * @throws ClosewaitError `usage`: no packet could be read and the tool says why; `cannot-look`: no tool.
 */
export async function readCapture(capture: OpenCapture, reader: CaptureReader): Promise<CaptureEnd> {
  const { file, args, env } = tsharkCommand(reader.path);
  const child = spawn(file, args, {
    // A process group of its own: Ctrl-C ends what feeds a pipe, and the rest of it is still to be read.
    detached: true,
    env: { ...env },
    stdio: [capture.fd, 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  using tool = new Tool(child, reader);
  if (capture.bytes === null) tool.watchPipe();
  else tool.watchFile(capture.fd);
  return await tool.finish(capture.name, closed);
}

/** tshark at work. */
class Tool implements Disposable {
  readonly #child: ChildProcess;
  readonly #reader: CaptureReader;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  readonly #timers: NodeJS.Timeout[] = [];
  #isStopped = false;
  #complaint = '';
  #packets = 0;
  #broken: string | null = null;

  constructor(child: ChildProcess, reader: CaptureReader) {
    this.#child = child;
    this.#reader = reader;
    const lines = new LineSplitter((line) => this.#takeLine(line));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!lines.push(chunk)) this.#giveUp('the tool printed an endless line');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString('latin1')).slice(0, COMPLAINT_BYTES);
    });
  }

  /** Progress, interruption and standstill of a file that the tool reads by itself. */
  watchFile(fd: number): void {
    this.#reader.signal.addEventListener('abort', this.#kill);
    let seen = 0;
    let sinceMs = performance.now();
    const watch = (): void => {
      const nowMs = performance.now();
      const position = positionOf(fd);
      this.#reader.progress(position);
      const done = this.#packets + position;
      if (done !== seen) sinceMs = nowMs;
      else if (nowMs - sinceMs > STALLED_MS) this.#giveUp(`it stood still for ${STALLED_MS / 1000} s`);
      seen = done;
    };
    this.#timers.push(setInterval(watch, WATCH_MS));
  }

  /** A pipe may be silent for as long as it likes. Interrupted, it is given a moment to end by itself, as its writer does. */
  watchPipe(): void {
    const stop = (signal: NodeJS.Signals, afterMs: number): void => {
      this.#timers.push(setTimeout(() => void this.#child.kill(signal), afterMs));
    };
    this.#reader.signal.addEventListener('abort', () => {
      this.#isStopped = true;
      // tshark prints what it has and ends; only if it does not, it is ended.
      stop('SIGINT', STOP_MS);
      stop('SIGKILL', 4 * STOP_MS);
    });
  }

  async finish(name: string, closed: Promise<unknown>): Promise<CaptureEnd> {
    await closed;
    const { exitCode, signalCode } = this.#child;
    if (this.#isStopped && this.#broken === null) return { damage: null };
    if (signalCode !== null && this.#broken === null) this.#reader.signal.throwIfAborted();
    const damage = this.#broken ?? describeEnd(exitCode, signalCode, this.#complaint);
    if (damage !== null && this.#packets === 0) throw unusable(name, `cannot be read: ${damage}`);
    return { damage };
  }

  #takeLine(line: string): void {
    const packet = parseTsharkLine(line);
    if (packet === null) {
      this.#giveUp('the tool printed something else than its fields');
      return;
    }
    this.#packets++;
    this.#reader.take(packet);
  }

  #giveUp(why: string): void {
    this.#broken ??= why;
    this.#kill();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#reader.signal.removeEventListener('abort', this.#kill);
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#kill();
  }
}

/** Where a descriptor stands that the tool shares: `pos:` of /proc/self/fdinfo (proc_pid_fdinfo(5)). */
function positionOf(fd: number): number {
  const [, digits] = /^pos:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
  return Number(digits ?? 0);
}

/** What the tool says where it did not end well, in one line without its name. */
function describeEnd(exitCode: number | null, signal: NodeJS.Signals | null, complaint: string): string | null {
  if (exitCode === 0) return null;
  const lines = complaint.split('\n').map((line) => line.trim());
  const said =
    lines.find((line) => line.startsWith('tshark:'))?.slice('tshark:'.length) ?? lines.findLast((line) => line !== '');
  const how = signal === null ? `exit code ${exitCode ?? 'unknown'}` : signal;
  return said === undefined ? `tshark ended with ${how}` : said.trim().replace(/^The standard input /, 'it ');
}
