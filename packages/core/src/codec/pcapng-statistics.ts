import { type Decoded, decoded, problem } from './decoded.ts';

/** What a pcapng file says about its own capture. */
export interface PcapngStatistics {
  /** Packets that the interfaces, the system or the capturing program dropped; null: not said of every interface. */
  readonly dropped: number | null;
  /** When the capture stopped, milliseconds since the epoch; null: not said. */
  readonly stoppedMs: number | null;
}

/** Block types and options of draft-ietf-opsawg-pcapng, sections 4.1, 4.2 and 4.6. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const INTERFACE_STATISTICS = 5;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_ENDTIME = 3;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
const END_OF_OPTIONS = 0;

/** A block is at least its type and its length, twice. */
const LEAST_BLOCK_BYTES = 12;

interface Clock {
  readonly ticksPerMs: number;
  readonly offsetMs: number;
}

interface Block {
  readonly type: number;
  /** Without type and lengths. */
  readonly body: DataView;
}

/**
 * The statistics that a capturing program has written behind the last packet. No tool tells them: capinfos counts the
 * blocks, and tshark only shows them of a file that is small enough to be one packet.
 *
 * @param head the beginning of the file, with the descriptions of its interfaces
 * @param tail the end of the file; blocks are read from its end backwards
 * @param lastPacketMs the capture cannot have stopped before it
 */
export function decodePcapngStatistics(
  head: Uint8Array,
  tail: Uint8Array,
  lastPacketMs: number,
): Decoded<PcapngStatistics> {
  const isLittle = readByteOrder(head);
  if (isLittle === null) return problem('pcapng section header', 0, 'a section header block', 'something else');
  const clocks = readClocks(head, isLittle);
  const dropped = new Map<number, number>();
  let stoppedMs: number | null = null;
  for (const { body } of statisticsBackwards(tail, isLittle)) {
    if (body.byteLength < 12) break;
    const id = body.getUint32(0, isLittle);
    const options = readOptions(body, 12, isLittle);
    const drops = [ISB_IFDROP, ISB_OSDROP]
      .flatMap((code) => options.get(code) ?? [])
      .map((at) => readCount(at, isLittle));
    if (drops.length > 0 && !dropped.has(id))
      dropped.set(
        id,
        drops.reduce((sum, count) => sum + count, 0),
      );
    const clock = clocks[id];
    const ended = options.get(ISB_ENDTIME) ?? new DataView(body.buffer, body.byteOffset + 4, 8);
    const endedMs = clock === undefined || ended.byteLength < 8 ? null : readTime(ended, isLittle, clock, lastPacketMs);
    if (endedMs !== null) stoppedMs = Math.max(stoppedMs ?? 0, endedMs);
  }
  const isWhole = clocks.length > 0 && clocks.every((_, id) => dropped.has(id));
  return decoded({ dropped: isWhole ? [...dropped.values()].reduce((sum, count) => sum + count, 0) : null, stoppedMs });
}

function readByteOrder(head: Uint8Array): boolean | null {
  const view = viewOf(head);
  if (head.length < LEAST_BLOCK_BYTES || view.getUint32(0) !== SECTION_HEADER) return null;
  if (view.getUint32(8, true) === BYTE_ORDER_MAGIC) return true;
  return view.getUint32(8) === BYTE_ORDER_MAGIC ? false : null;
}

/** The clocks of the interfaces that are described at the beginning, in the order of their numbers. */
function readClocks(head: Uint8Array, isLittle: boolean): readonly Clock[] {
  const clocks: Clock[] = [];
  const view = viewOf(head);
  for (let at = 0; at + LEAST_BLOCK_BYTES <= head.length; ) {
    const length = view.getUint32(at + 4, isLittle);
    if (length < LEAST_BLOCK_BYTES || at + length > head.length) break;
    const type = view.getUint32(at, isLittle);
    if (type === INTERFACE_DESCRIPTION && length >= LEAST_BLOCK_BYTES + 8) {
      clocks.push(readClock(new DataView(head.buffer, head.byteOffset + at + 8, length - LEAST_BLOCK_BYTES), isLittle));
    } else if (type !== SECTION_HEADER || at > 0) {
      break;
    }
    at += length;
  }
  return clocks;
}

/** if_tsresol: negative powers of ten, or of two with the highest bit; microseconds without it. if_tsoffset: seconds. */
function readClock(body: DataView, isLittle: boolean): Clock {
  const options = readOptions(body, 8, isLittle);
  const resolution = options.get(IF_TSRESOL)?.getUint8(0) ?? 6;
  const ticksPerSecond = resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
  const offset = options.get(IF_TSOFFSET);
  const offsetMs = offset === undefined || offset.byteLength < 8 ? 0 : Number(offset.getBigInt64(0, isLittle)) * 1000;
  return { ticksPerMs: ticksPerSecond / 1000, offsetMs };
}

/** The statistics blocks at the very end, the last first: each block repeats its length behind itself. */
function* statisticsBackwards(tail: Uint8Array, isLittle: boolean): Generator<Block, void> {
  const view = viewOf(tail);
  for (let end = tail.length; end >= LEAST_BLOCK_BYTES; ) {
    const length = view.getUint32(end - 4, isLittle);
    const start = end - length;
    if (length < LEAST_BLOCK_BYTES || start < 0 || view.getUint32(start + 4, isLittle) !== length) return;
    const type = view.getUint32(start, isLittle);
    if (type !== INTERFACE_STATISTICS) return;
    yield { type, body: new DataView(tail.buffer, tail.byteOffset + start + 8, length - LEAST_BLOCK_BYTES) };
    end = start;
  }
}

/** The first value of each option, as far as the options are well formed. Values are padded to four bytes. */
function readOptions(body: DataView, from: number, isLittle: boolean): ReadonlyMap<number, DataView> {
  const options = new Map<number, DataView>();
  for (let at = from; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, isLittle);
    const length = body.getUint16(at + 2, isLittle);
    if (code === END_OF_OPTIONS || at + 4 + length > body.byteLength) break;
    if (length > 0 && !options.has(code))
      options.set(code, new DataView(body.buffer, body.byteOffset + at + 4, length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return options;
}

function readCount(value: DataView, isLittle: boolean): number {
  return value.byteLength < 8 ? 0 : Number(value.getBigUint64(0, isLittle));
}

/**
 * A time in two words, the high one first in either byte order. It should count as its interface does; dumpcap writes
 * microseconds whatever that is (get_isb_time() of Wireshark 4.0, with if_tsresol 9), so that is tried as well.
 */
function readTime(
  value: DataView,
  isLittle: boolean,
  { ticksPerMs, offsetMs }: Clock,
  lastPacketMs: number,
): number | null {
  const ticks = value.getUint32(0, isLittle) * 2 ** 32 + value.getUint32(4, isLittle);
  const readings = [ticks / ticksPerMs + offsetMs, ticks / TICKS_PER_MS + offsetMs];
  return readings.find((ms) => ms >= lastPacketMs && ms - lastPacketMs < LONGEST_SILENCE_MS) ?? null;
}

/** Microseconds. */
const TICKS_PER_MS = 1000;
/** A capture that has been silent for a year is a wrong reading of its clock. */
const LONGEST_SILENCE_MS = 366 * 86_400_000;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
