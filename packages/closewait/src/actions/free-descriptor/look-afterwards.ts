import type { ActionOutcome, Holder, KernelSource, Reading } from '@closewait/core/facts';
import type { DescriptorOrder } from './batch.ts';
import type { Verdict } from './batch-layout.ts';
import { nameHolders } from './find-holders.ts';

/** What was said of one order; the verdict is the thread's, null where none came to it. */
export interface Judged {
  readonly outcome: ActionOutcome;
  readonly verdict: Verdict | null;
}

/** Of whom, and how many descriptors it had before. */
export interface LookedAt {
  readonly source: KernelSource;
  readonly pid: number;
  /** A thread that has the table in which the descriptors were. */
  readonly tid: number;
  readonly openBefore: Reading<number>;
  /** Of what has more than one reference, by inode. */
  readonly holders: ReadonlyMap<number, readonly Holder[]>;
}

/**
 * Looks once more at everything that was closed or that has other holders, and says what is there: whether the number is
 * free or leads elsewhere by now, whether the process holds the socket under another number, who the others are.
 */
export async function lookAfterwards(
  looked: LookedAt,
  orders: readonly DescriptorOrder[],
  judged: readonly Judged[],
): Promise<readonly ActionOutcome[]> {
  const { source, pid, openBefore, holders } = looked;
  const verdictOf = (index: number): Verdict | null => judged[index]?.verdict ?? null;
  const copies = judged.some(({ verdict }) => verdict === 'closed')
    ? await readTable(looked)
    : new Map<number, number>();
  const openAfter = source.countDescriptors(pid);
  const counts =
    openBefore.known && openAfter.known ? `; the process had ${openBefore.value} open and has ${openAfter.value}` : '';
  return orders.map((order, index) => {
    const outcome = judged[index]?.outcome ?? NOTHING;
    switch (verdictOf(index)) {
      case 'closed':
        return outcomeOfClosed(looked, order, copies.get(order.inode), counts);
      case 'referenced': {
        const named = nameHolders(holders.get(order.inode));
        return named === null ? outcome : { ...outcome, detail: `${outcome.detail}; ${named}` };
      }
      default:
        return outcome;
    }
  });
}

const NOTHING: ActionOutcome = { kind: 'refused', detail: 'nothing was said of it' };

/** The descriptors of the owner's sockets, by inode. */
async function readTable({ source, pid, tid }: LookedAt): Promise<ReadonlyMap<number, number>> {
  const [table] = await source.readDescriptors([{ pid, tid }]);
  if (table?.known !== true) return new Map();
  const { fds, inodes } = table.value;
  return new Map(Array.from(inodes, (inode, row) => [inode, fds[row] ?? -1]));
}

/** The kernel has said that it closed it. */
function outcomeOfClosed(
  { source, pid, tid }: LookedAt,
  { fd }: DescriptorOrder,
  copy: number | undefined,
  counts: string,
): ActionOutcome {
  const what = `descriptor ${fd} is closed`;
  if (copy !== undefined) {
    const detail = `${what}, and the process holds the socket as descriptor ${copy}: it made a copy meanwhile`;
    return { kind: 'changed', detail, hint: 'the program uses it: leave it alone' };
  }
  const link = source.readLink(`/proc/${pid}/task/${tid}/fd/${fd}`);
  if (link.known) return { kind: 'ended', detail: `${what}; its number leads to ${link.value} by now${counts}` };
  if (link.why === 'gone') return { kind: 'ended', detail: `${what} and its number is free${counts}` };
  return { kind: 'ended', detail: `${what}; whether its number is free was not seen: ${link.detail}` };
}
