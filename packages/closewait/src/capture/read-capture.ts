import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { CapturedPacket } from '@closewait/core/capture';

import { LineSplitter } from './line-splitter.ts';
import { isCaptureStart, MAGIC_BYTES, type OpenCapture, unusable } from './open-capture.ts';
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
const COMPLAINT_BYTES = 4096;

/**
 * Reads a capture with tshark and hands on packet by packet, in constant memory here.
 *
 * @throws ClosewaitError `usage`: no packet could be read and the tool says why; `cannot-look`: no tool.
 */
export async function readCapture(capture: OpenCapture, reader: CaptureReader): Promise<CaptureEnd> {
  const { file, args, env } = tsharkCommand(reader.path);
  const fromPipe = capture.bytes === null ? await openPipe(capture, reader.signal) : null;
  const child = spawn(file, args, {
    // A process group of its own: Ctrl-C ends what feeds a pipe, and the rest of it is still to be read.
    detached: true,
    env: { ...env },
    stdio: [fromPipe === null ? capture.fd : 'pipe', 'pipe', 'pipe'],
  });
  using tool = new Tool(child, reader);
  if (fromPipe !== null && child.stdin !== null) feed(fromPipe, child.stdin, reader.signal);
  else tool.watchFile(capture.fd);
  return await tool.finish(capture.name);
}

/** tshark at work. */
class Tool implements Disposable {
  readonly #child: ChildProcess;
  readonly #reader: CaptureReader;
  readonly #closed: Promise<unknown>;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');
  #watch: NodeJS.Timeout | null = null;
  #complaint = '';
  #packets = 0;
  #broken: string | null = null;

  constructor(child: ChildProcess, reader: CaptureReader) {
    this.#child = child;
    this.#reader = reader;
    this.#closed = once(child, 'close');
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
    this.#watch = setInterval(() => {
      const nowMs = performance.now();
      const position = positionOf(fd);
      this.#reader.progress(position);
      const done = this.#packets + position;
      if (done !== seen) sinceMs = nowMs;
      else if (nowMs - sinceMs > STALLED_MS) this.#giveUp(`it stood still for ${STALLED_MS / 1000} s`);
      seen = done;
    }, WATCH_MS);
  }

  async finish(name: string): Promise<CaptureEnd> {
    await this.#closed;
    const { exitCode, signalCode } = this.#child;
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
    if (this.#watch !== null) clearInterval(this.#watch);
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

/** Standard input, or a FIFO, after its first bytes were checked. */
async function openPipe({ fd, name }: OpenCapture, signal: AbortSignal): Promise<Readable> {
  const stream: Readable = fd === 0 ? process.stdin : createReadStream('', { fd, autoClose: false });
  let start: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = stream.read() as Buffer | null;
    if (chunk !== null) start = Buffer.concat([start, chunk]);
    if (start.length >= MAGIC_BYTES || stream.readableEnded) break;
    if (chunk === null && !(await isReadable(stream, signal))) break;
  }
  if (start.length === 0) throw unusable(name, 'is empty');
  if (!isCaptureStart(start.subarray(0, MAGIC_BYTES))) {
    stream.destroy();
    throw unusable(name, 'is neither pcap nor pcapng');
  }
  stream.unshift(start);
  return stream;
}

/** Waits for bytes, or for the end. */
async function isReadable(stream: Readable, signal: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  try {
    return await Promise.race([
      once(stream, 'readable', { signal: either }).then(() => true),
      once(stream, 'end', { signal: either }).then(() => false),
    ]);
  } catch (cause) {
    signal.throwIfAborted();
    throw cause;
  } finally {
    ended.abort();
  }
}

/** Until the pipe ends, or the user has had enough. */
function feed(from: Readable, to: Writable, signal: AbortSignal): void {
  // The tool has stopped reading: how it ended says why.
  to.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    from.destroy();
  });
  from.pipe(to);
  signal.addEventListener('abort', () => {
    from.unpipe(to);
    from.destroy();
    to.end();
  });
}
