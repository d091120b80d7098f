import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callEnterDecoder, callExitDecoder, newTaskDecoder, setStateDecoder } from './trace-events.ts';
import { decodeTraceFormat } from './trace-format.ts';
import { decodeTracePage } from './trace-page.ts';

const PAGE_BYTES = 4096;

interface Written {
  /** Nanoseconds since the event before. */
  readonly deltaNs: bigint;
  /** Without padding. */
  readonly data: Uint8Array;
}

/** Writes a page as include/linux/ring_buffer.h describes it, independently of the decoder. */
function writePage(baseNs: bigint, records: readonly Written[], lost: number | null = 0): Uint8Array {
  const words: number[] = [];
  for (const { deltaNs, data } of records) {
    let delta = deltaNs;
    if (delta >= 1n << 27n) {
      words.push(Number(30n | ((delta & 0x7ff_ffffn) << 5n)), Number((delta >> 27n) & 0xffff_ffffn));
      delta = 0n;
    }
    const padded = new Uint8Array(Math.ceil(data.length / 4) * 4);
    padded.set(data);
    const dataWords = [...new Uint32Array(padded.buffer)];
    const head = Number(delta << 5n);
    if (dataWords.length <= 28) words.push(head | dataWords.length, ...dataWords);
    else words.push(head, padded.length + 4, ...dataWords);
  }
  const page = new Uint8Array(PAGE_BYTES);
  const view = new DataView(page.buffer);
  view.setBigUint64(0, baseNs, true);
  const used = words.length * 4;
  const flags = lost === null ? 0x8000_0000 : lost > 0 ? 0xc000_0000 : 0;
  view.setUint32(8, used + flags, true);
  for (const [index, word] of words.entries()) view.setUint32(16 + index * 4, word, true);
  if (lost !== null && lost > 0) view.setBigUint64(16 + used, BigInt(lost), true);
  return page;
}

const record = fc.record({
  deltaNs: fc.bigInt({ min: 0n, max: (1n << 59n) - 1n }),
  data: fc.uint8Array({ minLength: 1, maxLength: 180 }),
});
const records = fc.array(record, { maxLength: 18 });

describe('decodeTracePage', () => {
  it('gives back what was written, with its times', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 60n }), records, fc.nat(1e6), (baseNs, written, lost) => {
        const page = decodeTracePage(writePage(baseNs, written, lost));
        let atNs = baseNs;
        expect(page).toEqual({
          ok: true,
          value: {
            lost,
            records: written.map(({ deltaNs, data }) => {
              atNs += deltaNs;
              const bytes = new Uint8Array(Math.ceil(data.length / 4) * 4);
              bytes.set(data);
              return { atNs, bytes };
            }),
          },
        });
      }),
    );
  });

  it('says that events were lost where nobody knows how many', () => {
    expect(decodeTracePage(writePage(1n, [], null))).toMatchObject({ ok: true, value: { lost: null } });
  });

  it('takes an absolute time for what it is', () => {
    const page = writePage(1000n, []);
    const view = new DataView(page.buffer);
    const data = 1;
    const absolute = 2_000_000_000n;
    view.setUint32(8, 8 + 8, true);
    view.setUint32(16, Number(31n | ((absolute & 0x7ff_ffffn) << 5n)), true);
    view.setUint32(20, Number(absolute >> 27n), true);
    view.setUint32(24, data | (5 << 5), true);
    expect(decodeTracePage(page)).toMatchObject({ ok: true, value: { records: [{ atNs: absolute + 5n }] } });
  });

  it('never throws, and no record reaches beyond its page', () => {
    const cut = fc.tuple(records, fc.nat(PAGE_BYTES)).map(([written, end]) => writePage(7n, written).subarray(0, end));
    const changed = fc
      .tuple(records, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 9 }))
      .map(([written, changes]) => {
        const page = writePage(7n, written);
        for (const [index, value] of changes) page[index] = value;
        return page;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600, size: 'max' }), cut, changed), (bytes) => {
        const page = decodeTracePage(bytes);
        if (!page.ok) return;
        const total = page.value.records.reduce((sum, { bytes: own }) => sum + own.length, 0);
        expect(total).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 500 },
    );
  });
});

const COMMON = `	field:unsigned short common_type;	offset:0;	size:2;	signed:0;
	field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
	field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
	field:int common_pid;	offset:4;	size:4;	signed:1;

`;
/** As Linux 6.18 prints it. */
const SYS_ENTER = `name: sys_enter
ID: 443
format:
${COMMON}	field:long id;	offset:8;	size:8;	signed:1;
	field:unsigned long args[6];	offset:16;	size:48;	signed:0;

print fmt: "NR %ld (%lx, %lx, %lx, %lx, %lx, %lx)", REC->id, REC->args[0]
`;
const SET_STATE = `name: inet_sock_set_state
ID: 2287
format:
${COMMON}	field:const void * skaddr;	offset:8;	size:8;	signed:0;
	field:int oldstate;	offset:16;	size:4;	signed:1;
	field:int newstate;	offset:20;	size:4;	signed:1;
	field:__u16 sport;	offset:24;	size:2;	signed:0;
	field:__u16 dport;	offset:26;	size:2;	signed:0;
	field:__u16 family;	offset:28;	size:2;	signed:0;
	field:__u16 protocol;	offset:30;	size:2;	signed:0;
	field:__u8 saddr[4];	offset:32;	size:4;	signed:0;
	field:__u8 daddr[4];	offset:36;	size:4;	signed:0;
	field:__u8 saddr_v6[16];	offset:40;	size:16;	signed:0;
	field:__u8 daddr_v6[16];	offset:56;	size:16;	signed:0;
`;

function format(text: string): ReturnType<typeof decodeTraceFormat> {
  return decodeTraceFormat(new TextEncoder().encode(text));
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

describe('decodeTraceFormat', () => {
  it('knows where fields lie, which are arrays, and which are elsewhere', () => {
    const { name, id, fields } = must(format(SYS_ENTER));
    expect({ name, id }).toEqual({ name: 'sys_enter', id: 443 });
    expect(fields.get('args')).toEqual({ offset: 16, bytes: 48, isSigned: false, count: 6, isElsewhere: false });
    const forked = must(format('	field:__data_loc char[] parent_comm;	offset:8;	size:4;	signed:0;\n'));
    expect(forked.fields.get('parent_comm')?.isElsewhere).toBe(true);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decodeTraceFormat(bytes)));
    for (let end = 0; end <= SYS_ENTER.length; end++) format(SYS_ENTER.slice(0, end));
  });
});

describe('decoders of events', () => {
  it('read a system call with its arguments', () => {
    const args = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 6, maxLength: 6 });
    const decode = must(callEnterDecoder(must(format(SYS_ENTER))));
    fc.assert(
      fc.property(fc.nat(2 ** 22), fc.nat(500), args, (tid, number, values) => {
        const bytes = new Uint8Array(64);
        const view = new DataView(bytes.buffer);
        view.setInt32(4, tid, true);
        view.setBigInt64(8, BigInt(number), true);
        for (const [index, value] of values.entries()) view.setBigUint64(16 + index * 8, value, true);
        expect(decode(bytes)).toEqual({ ok: true, value: { tid, number, args: values } });
      }),
    );
  });

  it('read a change of state with both ends, IPv4 and IPv6', () => {
    const decode = must(setStateDecoder(must(format(SET_STATE))));
    const bytes = new Uint8Array(72);
    const view = new DataView(bytes.buffer);
    view.setInt32(4, 4711, true);
    view.setBigUint64(8, 0xffff_8880_1234_5678n, true);
    view.setInt32(16, 1, true);
    view.setInt32(20, 8, true);
    view.setUint16(24, 8000, true);
    view.setUint16(26, 40_962, true);
    view.setUint16(28, 2, true);
    view.setUint16(30, 6, true);
    bytes.set([127, 0, 0, 1, 127, 0, 0, 2], 32);
    bytes[71] = 1;
    const common = { tid: 4711, socket: 0xffff_8880_1234_5678n, oldState: 1, newState: 8, protocol: 6 };
    expect(must(decode(bytes))).toEqual({
      ...common,
      local: { address: '127.0.0.1', port: 8000 },
      remote: { address: '127.0.0.2', port: 40_962 },
    });
    view.setUint16(28, 10, true);
    expect(must(decode(bytes))).toMatchObject({ local: { address: '::' }, remote: { address: '::1' } });
  });

  it('answer a problem for a record that is cut, and for a layout without their fields', () => {
    const decode = must(callEnterDecoder(must(format(SYS_ENTER))));
    expect(decode(new Uint8Array(63))).toMatchObject({ ok: false, problem: { found: '63' } });
    for (const make of [callExitDecoder, newTaskDecoder, setStateDecoder]) {
      expect(make(must(format(SYS_ENTER)))).toMatchObject({ ok: false });
    }
  });
});
