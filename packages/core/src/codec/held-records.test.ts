import { array, assert, bigInt, constantFrom, integer, nat, property, record, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TCP_STATES, type TcpState, toLinuxState } from '../tcp/index.ts';
import { HELD_AT as AT, HELD_BYTES, HELD_KIND, USE_AT, USE_BYTES } from './held-layout.ts';
import { HeldRecords, narrowHeldRecords, wholeHeldRecords } from './held-records.ts';
import { decodeSocketUses } from './socket-uses.ts';

interface Held {
  readonly kind: keyof typeof HELD_KIND;
  readonly state: TcpState;
  readonly timer: number;
  readonly fd: number;
  readonly inode: number;
  readonly cookie: bigint;
}

function encode({ kind, state, timer, fd, inode, cookie }: Held): Uint8Array {
  const bytes = new Uint8Array(HELD_BYTES[kind]);
  const view = new DataView(bytes.buffer);
  view.setUint8(AT.kind, HELD_KIND[kind]);
  view.setUint32(AT.pid, 7, true);
  view.setUint32(AT.tid, 8, true);
  view.setUint32(AT.fd, fd, true);
  if (kind === 'mptcp') view.setUint32(AT.inode, inode, true);
  if (kind !== 'ipv4' && kind !== 'ipv6') return bytes;
  view.setUint8(AT.state, toLinuxState(state));
  view.setUint8(AT.timer, timer);
  view.setUint32(AT.inode, inode, true);
  view.setBigUint64(AT.cookie, cookie, true);
  bytes.set([192, 0, 2, 1], AT.addresses);
  return bytes;
}

const held = record<Held>({
  kind: constantFrom('ipv4', 'ipv6', 'epoll', 'ring', 'mptcp'),
  state: constantFrom(...TCP_STATES),
  timer: nat(4),
  fd: integer({ min: 0, max: 2 ** 31 - 1 }),
  inode: integer({ min: 1, max: 2 ** 32 - 1 }),
  cookie: bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});
const ALL = { states: TCP_STATES, congested: true, instances: true } as const;
const isSocket = ({ kind }: Held): boolean => kind === 'ipv4' || kind === 'ipv6';

function read(chunks: readonly Uint8Array[]): HeldRecords {
  const records = HeldRecords.from(chunks);
  if (!records.ok) throw new Error(records.problem.what);
  return records.value;
}

describe('records of held sockets', () => {
  it('are read back as they were written, however they lie in chunks', () => {
    assert(
      property(array(array(held)), (chunks) => {
        const records = read(chunks.map((chunk) => new Uint8Array(Buffer.concat(chunk.map(encode)))));
        const all = chunks.flat();
        expect(records.length).toBe(all.length);
        for (const [index, { kind, state, fd, inode, cookie }] of all.entries()) {
          const isInet = kind === 'ipv4' || kind === 'ipv6';
          expect(records.kindAt(index)).toBe(isInet ? 'socket' : kind);
          expect([records.pidAt(index), records.tidAt(index), records.fdAt(index)]).toEqual([7, 8, fd]);
          expect(records.inodeAt(index)).toBe(isInet || kind === 'mptcp' ? inode : 0);
          expect(records.stateAt(index)).toBe(isInet ? state : null);
          if (isInet) expect(records.socketAt(index)).toMatchObject({ state, inode, cookie });
        }
      }),
    );
  });

  it('are nothing but what was asked for, in a narrower answer', () => {
    assert(
      property(array(held), (all) => {
        const chunks = [new Uint8Array(Buffer.concat(all.map(encode)))];
        expect(narrowHeldRecords(chunks, ALL)).toEqual(chunks);
        const request = { states: ['CLOSE-WAIT'], congested: true, instances: false } as const;
        const narrowed = read(narrowHeldRecords(chunks, request));
        const isKept = (one: Held): boolean =>
          one.state === 'CLOSE-WAIT' || (one.state === 'ESTABLISHED' && one.timer === 4);
        const expected = all.filter((one) => one.kind === 'mptcp' || (isSocket(one) && isKept(one)));
        const fds = Array.from({ length: narrowed.length }, (_, index) => narrowed.fdAt(index));
        expect(fds).toEqual(expected.map(({ fd }) => fd));
      }),
    );
  });

  it('are whole up to where the last one is cut', () => {
    assert(
      property(array(held, { minLength: 1 }), nat(), (all, cut) => {
        const records = all.map(encode);
        const bytes = new Uint8Array(Buffer.concat(records));
        const length = cut % (bytes.length + 1);
        let whole = 0;
        for (const one of records)
          if (whole + one.length <= length) whole += one.length;
          else break;
        expect(wholeHeldRecords(bytes.subarray(0, length))).toBe(whole);
        expect(HeldRecords.from([bytes.subarray(0, length)]).ok).toBe(whole === length);
      }),
    );
  });

  it('are a problem or records, whatever the bytes are, and every answer of records can be read', () => {
    assert(
      property(array(uint8Array({ maxLength: 300 })), (chunks) => {
        const records = HeldRecords.from(chunks);
        if (!records.ok) return;
        for (let index = 0; index < records.value.length; index++) {
          if (records.value.isSocketAt(index)) JSON.stringify(records.value.socketAt(index).local);
        }
      }),
    );
  });

  it('are a problem where a state or a timer is none', () => {
    const bytes = encode({ kind: 'ipv4', state: 'LISTEN', timer: 0, fd: 1, inode: 1, cookie: 1n });
    for (const [at, value] of [
      [AT.kind, 0],
      [AT.kind, 6],
      [AT.state, 0],
      [AT.state, 14],
      [AT.timer, 5],
    ] as const) {
      const changed = Uint8Array.from(bytes);
      changed[at] = value;
      expect(HeldRecords.from([changed]).ok).toBe(false);
    }
  });

  it('do not answer for a record that is not there, nor for a socket that is none', () => {
    const ring: Held = { kind: 'ring', state: 'LISTEN', timer: 0, fd: 1, inode: 1, cookie: 1n };
    const records = read([encode(ring)]);
    expect(() => records.socketAt(0)).toThrow(RangeError);
    expect(() => records.pidAt(1)).toThrow(RangeError);
  });
});

describe('decodeSocketUses', () => {
  it('reads what keeps a socket, and refuses what is cut or has no state', () => {
    const bytes = new Uint8Array(USE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint8(USE_AT.state, toLinuxState('CLOSE-WAIT'));
    view.setUint8(USE_AT.flags, 3);
    view.setUint32(USE_AT.inode, 77, true);
    view.setBigUint64(USE_AT.cookie, 5n, true);
    const use = { state: 'CLOSE-WAIT', inode: 77, cookie: 5n, isKernels: true, finReceived: true, hasFile: false };
    expect(decodeSocketUses([bytes])).toEqual({ ok: true, value: [use] });
    expect(decodeSocketUses([bytes.subarray(1)]).ok).toBe(false);
    expect(decodeSocketUses([new Uint8Array(USE_BYTES)]).ok).toBe(false);
    expect(decodeSocketUses([])).toEqual({ ok: true, value: [] });
  });
});
