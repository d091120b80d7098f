import {
  BATCH_BYTES,
  HEADER_AT,
  HEADER_BYTES,
  MOST_ORDERS,
  ORDER_AT,
  ORDER_BYTES,
  THREAD_VERDICT,
  type ThreadVerdict,
  VERDICT,
  type Verdict,
} from './batch-layout.ts';

/** A descriptor to be given back, as the finding has named it. */
export interface DescriptorOrder {
  readonly fd: number;
  /** Of its socket, on sockfs. */
  readonly inode: number;
  /** Where it is known: an inode's number is given again after 2^32 others, a cookie never. */
  readonly cookie?: bigint;
}

/** The thread that is asked to do it. */
export interface AskedThread {
  readonly pid: number;
  readonly tid: number;
}

/** What came of one descriptor; `seen` is what the verdict is about: a state, a number of references, an error. */
export interface OrderResult {
  /** Null: nobody came to it. */
  readonly verdict: Verdict | null;
  readonly seen: bigint;
}

/** What the program has written so far. */
export interface BatchResult {
  readonly isStarted: boolean;
  readonly isDone: boolean;
  /** Null: the thread has not said anything for itself. */
  readonly thread: ThreadVerdict | null;
  /** The call that it was in; negative: none. */
  readonly callNumber: number;
  readonly orders: readonly OrderResult[];
}

/** The value for the program; at most {@link MOST_ORDERS}. x86-64 is little-endian. */
export function encodeBatch({ pid, tid }: AskedThread, orders: readonly DescriptorOrder[]): Buffer {
  if (orders.length > MOST_ORDERS) throw new Error(`${orders.length} descriptors in one batch`);
  const bytes = Buffer.alloc(BATCH_BYTES);
  bytes.writeUInt32LE(pid, HEADER_AT.pid);
  bytes.writeUInt32LE(tid, HEADER_AT.tid);
  bytes.writeUInt32LE(orders.length, HEADER_AT.count);
  for (const [index, { fd, inode, cookie = 0n }] of orders.entries()) {
    const at = HEADER_BYTES + ORDER_BYTES * index;
    bytes.writeUInt32LE(fd, at + ORDER_AT.fd);
    bytes.writeBigUInt64LE(BigInt(inode), at + ORDER_AT.inode);
    bytes.writeBigUInt64LE(cookie, at + ORDER_AT.cookie);
  }
  return bytes;
}

/** Reads the value, which has {@link BATCH_BYTES}. */
export function decodeBatch(bytes: Buffer): BatchResult {
  const count = Math.min(bytes.readUInt32LE(HEADER_AT.count), MOST_ORDERS);
  return {
    isStarted: bytes.readUInt32LE(HEADER_AT.started) !== 0,
    isDone: bytes.readUInt32LE(HEADER_AT.done) !== 0,
    thread: nameOf(THREAD_VERDICT, bytes.readUInt32LE(HEADER_AT.thread)),
    callNumber: Number(bytes.readBigInt64LE(HEADER_AT.callNumber)),
    orders: Array.from({ length: count }, (_, index) => {
      const at = HEADER_BYTES + ORDER_BYTES * index;
      return {
        verdict: nameOf(VERDICT, bytes.readUInt32LE(at + ORDER_AT.verdict)),
        seen: bytes.readBigInt64LE(at + ORDER_AT.seen),
      };
    }),
  };
}

function nameOf<T extends string>(numbers: Readonly<Record<T, number>>, number: number): T | null {
  for (const name in numbers) if (numbers[name] === number) return name;
  return null;
}
