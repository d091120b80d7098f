import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePcapngStatistics } from './pcapng-statistics.ts';

type Option = readonly [code: number, value: Uint8Array];

/** A block with a body and options, in either byte order. */
function block(type: number, body: Uint8Array, options: readonly Option[], isLittle: boolean): Buffer {
  const parts = options.map(([code, value]) => {
    const part = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    write16(part, code, 0, isLittle);
    write16(part, value.length, 2, isLittle);
    part.set(value, 4);
    return part;
  });
  const content = Buffer.concat([body, ...parts]);
  const whole = Buffer.alloc(12 + content.length);
  write32(whole, type, 0, isLittle);
  write32(whole, whole.length, 4, isLittle);
  whole.set(content, 8);
  write32(whole, whole.length, whole.length - 4, isLittle);
  return whole;
}

function write16(to: Buffer, value: number, at: number, isLittle: boolean): void {
  if (isLittle) to.writeUInt16LE(value, at);
  else to.writeUInt16BE(value, at);
}

function write32(to: Buffer, value: number, at: number, isLittle: boolean): void {
  if (isLittle) to.writeUInt32LE(value, at);
  else to.writeUInt32BE(value, at);
}

function words(values: readonly number[], isLittle: boolean): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => write32(bytes, value, index * 4, isLittle));
  return bytes;
}

function time(ticks: number, isLittle: boolean): Buffer {
  return words([Math.floor(ticks / 2 ** 32), ticks % 2 ** 32], isLittle);
}

function count(value: number, isLittle: boolean): Buffer {
  return isLittle ? words([value, 0], true) : words([0, value], false);
}

const LAST_PACKET_MS = 1_800_000_000_000;
const STOPPED_MS = LAST_PACKET_MS + 90_500;

interface Made {
  readonly isLittle: boolean;
  readonly ticksPerMs: number;
  readonly resolution?: number;
  readonly drops?: readonly number[];
}

/** A file with one interface for each number of drops. */
function makeFile({ isLittle, ticksPerMs, resolution, drops = [0] }: Made): { head: Buffer; tail: Buffer } {
  const options: readonly Option[] = resolution === undefined ? [] : [[9, Uint8Array.of(resolution)]];
  const head = Buffer.concat([
    block(0x0a0d0d0a, words([0x1a2b3c4d, 0x0001_0000, 0xffffffff, 0xffffffff], isLittle), [], isLittle),
    ...drops.map(() => block(1, words([1, 0], isLittle), options, isLittle)),
  ]);
  const packet = block(6, words([0, 0, 0, 4, 4, 0], isLittle), [], isLittle);
  const statistics = drops.map((dropped, id) =>
    block(
      5,
      Buffer.concat([words([id], isLittle), time(STOPPED_MS * ticksPerMs, isLittle)]),
      [
        [3, time(STOPPED_MS * ticksPerMs, isLittle)],
        [5, count(dropped, isLittle)],
      ],
      isLittle,
    ),
  );
  return { head, tail: Buffer.concat([packet, ...statistics]) };
}

describe('the statistics of a pcapng file', () => {
  it.each([
    { isLittle: true, ticksPerMs: 1000 },
    { isLittle: false, ticksPerMs: 1000 },
    { isLittle: true, ticksPerMs: 1000, resolution: 6 },
    // What dumpcap writes: nanoseconds are said, microseconds are meant.
    { isLittle: true, ticksPerMs: 1000, resolution: 9 },
    { isLittle: true, ticksPerMs: 2 ** 20 / 1000, resolution: 0x80 + 20 },
  ])('say when the capture stopped and what it dropped: %j', (made) => {
    const { head, tail } = makeFile({ ...made, drops: [3] });
    const decoded = decodePcapngStatistics(head, tail, LAST_PACKET_MS);
    expect(decoded.ok && decoded.value.dropped).toBe(3);
    expect(decoded.ok && Math.round(decoded.value.stoppedMs ?? 0)).toBe(STOPPED_MS);
  });

  it('add up over all interfaces, and are not known where one is silent', () => {
    const { head, tail } = makeFile({ isLittle: true, ticksPerMs: 1000, drops: [3, 4] });
    expect(decodePcapngStatistics(head, tail, LAST_PACKET_MS)).toMatchObject({ value: { dropped: 7 } });
    const one = makeFile({ isLittle: true, ticksPerMs: 1000, drops: [3] });
    expect(decodePcapngStatistics(head, one.tail, LAST_PACKET_MS)).toMatchObject({ value: { dropped: null } });
  });

  it('are not known where there are none, or the file is cut', () => {
    const { head, tail } = makeFile({ isLittle: true, ticksPerMs: 1000 });
    const nothing = { ok: true, value: { dropped: null, stoppedMs: null } };
    expect(decodePcapngStatistics(head, tail.subarray(0, 36), LAST_PACKET_MS)).toEqual(nothing);
    expect(decodePcapngStatistics(head, tail.subarray(0, -1), LAST_PACKET_MS)).toEqual(nothing);
    expect(decodePcapngStatistics(Buffer.from('d4c3b2a1', 'hex'), tail, LAST_PACKET_MS).ok).toBe(false);
  });

  it('do not lie before the last packet', () => {
    const { head, tail } = makeFile({ isLittle: true, ticksPerMs: 1000 });
    expect(decodePcapngStatistics(head, tail, STOPPED_MS + 1)).toMatchObject({ value: { stoppedMs: null } });
  });

  it('are decoded, or not, from any bytes', () => {
    const { head, tail } = makeFile({ isLittle: true, ticksPerMs: 1000 });
    const damaged = (whole: Buffer): fc.Arbitrary<Buffer> =>
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(damaged(head), damaged(tail), fc.nat(200), (first, last, cut) => {
        const decoded = decodePcapngStatistics(first, last.subarray(0, cut), LAST_PACKET_MS);
        if (decoded.ok && decoded.value.stoppedMs !== null) {
          expect(decoded.value.stoppedMs).toBeGreaterThanOrEqual(LAST_PACKET_MS);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
