import { array, assert, bigInt, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from './batch.ts';
import { BATCH_BYTES, HEADER_AT, HEADER_BYTES, MOST_ORDERS, ORDER_AT, ORDER_BYTES, VERDICT } from './batch-layout.ts';
import { decodeOwnerStatus } from './owner-status.ts';

const order = record({ fd: nat(), inode: nat(), cookie: bigInt({ min: 0n, max: 2n ** 64n - 1n }) });

describe('a batch', () => {
  it('has a place for each order and says nothing of it before anybody came', () => {
    assert(
      property(array(order, { maxLength: MOST_ORDERS }), nat(), nat(), (orders, pid, tid) => {
        const bytes = encodeBatch({ pid, tid }, orders);
        const read = decodeBatch(bytes);
        expect(read).toMatchObject({ isStarted: false, isDone: false, thread: null });
        expect(read.orders).toEqual(orders.map(() => ({ verdict: null, seen: 0n })));
        for (const [index, { fd, inode, cookie }] of orders.entries()) {
          const at = HEADER_BYTES + ORDER_BYTES * index;
          expect(bytes.readUInt32LE(at + ORDER_AT.fd)).toBe(fd);
          expect(bytes.readBigUInt64LE(at + ORDER_AT.inode)).toBe(BigInt(inode));
          expect(bytes.readBigUInt64LE(at + ORDER_AT.cookie)).toBe(cookie);
        }
      }),
    );
  });

  it('is read whatever is in it', () => {
    assert(
      property(array(nat(255), { maxLength: 64 }), nat(BATCH_BYTES - 64), (some, at) => {
        const bytes = Buffer.alloc(BATCH_BYTES, 0xa5);
        bytes.set(some, at);
        expect(decodeBatch(bytes).orders.length).toBeLessThanOrEqual(MOST_ORDERS);
      }),
    );
  });

  it('has the verdicts that were written', () => {
    assert(
      property(constantFrom(...Object.values(VERDICT)), (number) => {
        const bytes = encodeBatch({ pid: 1, tid: 1 }, [{ fd: 3, inode: 4 }]);
        bytes.writeUInt32LE(1, HEADER_AT.done);
        bytes.writeUInt32LE(number, HEADER_BYTES + ORDER_AT.verdict);
        const { isDone, orders } = decodeBatch(bytes);
        expect(isDone).toBe(true);
        expect(VERDICT[orders[0]?.verdict ?? 'free']).toBe(number);
      }),
    );
  });

  it('is never larger than the program looks at', () => {
    const orders = Array.from({ length: MOST_ORDERS + 1 }, () => ({ fd: 3, inode: 4 }));
    expect(() => encodeBatch({ pid: 1, tid: 1 }, orders)).toThrow('129 descriptors');
  });
});

describe('the status of an owner', () => {
  it('tells threads of the kernel, tracers and filters', () => {
    const text = (lines: string): Uint8Array => Buffer.from(`Name:\tx\\nTracerPid:\\t9\n${lines}`);
    expect(decodeOwnerStatus(text('TracerPid:\t0\nSeccomp:\t2\nKthread:\t0\n'))).toEqual({
      isKernels: false,
      tracerPid: 0,
      isFiltered: true,
    });
    expect(decodeOwnerStatus(text('TracerPid:\t12\nKthread:\t1\n'))).toEqual({
      isKernels: true,
      tracerPid: 12,
      isFiltered: false,
    });
    expect(decodeOwnerStatus(text(''))).toBeNull();
  });
});
