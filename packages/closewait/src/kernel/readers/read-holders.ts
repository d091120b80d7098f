import {
  type DescriptorTable,
  type HolderMap,
  type KernelSource,
  known,
  type NumberSet,
  type Reading,
  type TableRef,
  type Unknown,
} from '@closewait/core/facts';
import { CompactHolders, type HolderRows } from './compact-holders.ts';
import { type LookLog, Refusals } from './look-log.ts';

/** What the descriptor tables of the machine say about sockets. */
export interface HolderIndex {
  /** All holders of the wanted sockets, by inode. */
  readonly holders: HolderMap;
  /** Every process that holds one of them. */
  readonly owners: ReadonlySet<number>;
  /** All holders of other sockets, by inode; empty unless they were asked for. */
  readonly others: HolderMap;
  /** Open descriptors, by pid, of the processes that hold a wanted or other socket: of the largest table. */
  readonly openByPid: ReadonlyMap<number, number>;
  /** By pid: descriptors of epoll instances and io_urings, of every process that has one. */
  readonly instances: ReadonlyMap<number, Instances>;
  readonly problem?: Unknown;
}

/** A descriptor in the table of one thread. */
export interface TableEntry {
  readonly tid: number;
  readonly fd: number;
}

/** The descriptors of a process through which it waits for others. */
export interface Instances {
  readonly epolls: readonly TableEntry[];
  readonly rings: readonly TableEntry[];
}

/** Which sockets to look for. */
export interface Wanted {
  readonly inodes: Pick<NumberSet, 'has'>;
  /** Also index the sockets that are in neither set; these are known and not interesting. */
  readonly exceptOthers: Pick<NumberSet, 'has'> | null;
}

/** Without kcmp(2) every thread's table has to be read to find a private one; more threads than this are not. */
const MOST_TABLES_WITHOUT_KCMP = 16;

/**
 * Finds every holder of the wanted sockets in /proc/PID/task/TID/fd. /proc/PID/fd alone would miss a process whose
 * leader thread has exited (its directory is empty) and threads with a table of their own (unshare(CLONE_FILES)).
 */
export async function readHolders(
  source: KernelSource,
  pids: readonly number[],
  wanted: Wanted,
  log: LookLog,
): Promise<HolderIndex> {
  const index = new HolderIndexBuilder(wanted);
  const refusals = new Refusals();
  const tables = listTables(source, pids, refusals, log);
  let read = 0;
  let deniedPid = 0;
  for (const [position, answer] of (await source.readDescriptors(tables)).entries()) {
    const { pid, tid, distinct } = tables[position] ?? NO_TABLE;
    if (answer.known) {
      read++;
      index.add(pid, tid, answer.value, distinct);
    } else if (pid !== deniedPid) {
      refusals.add(answer);
      // One table of a process denied is all of them.
      if (answer.why === 'denied') deniedPid = pid;
    }
  }
  refusals.report(log, 'descriptor tables');
  const { holders, owners, others, openByPid, instances } = index;
  const found = { holders, owners, others, openByPid, instances };
  return read > 0 || pids.length === 0 ? found : { ...found, problem: noTable(pids.length) };
}

interface Table extends TableRef {
  /** No other table of this process that is read is the same one. */
  readonly distinct: boolean;
}

const NO_TABLE: Table = { pid: 0, tid: 0, distinct: true };

/** The tables of all processes, each once as far as the kernel tells. */
function listTables(source: KernelSource, pids: readonly number[], refusals: Refusals, log: LookLog): readonly Table[] {
  const unknownSharing = new Refusals();
  const list: Table[] = [];
  for (const pid of pids) {
    const tables = readDistinctTables(source, pid);
    if (!tables.known) {
      refusals.add(tables);
      continue;
    }
    const { tids, undecided } = tables.value;
    if (undecided !== undefined && tids.length > MOST_TABLES_WITHOUT_KCMP) unknownSharing.add(undecided);
    for (const tid of tids) list.push({ pid, tid, distinct: undecided === undefined });
  }
  unknownSharing.report(log, 'threads with private descriptor tables');
  return list;
}

function noTable(processes: number): Unknown {
  return {
    known: false,
    why: 'denied',
    detail: `not one descriptor table of ${processes} processes could be read`,
    hint: 'run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH',
  };
}

interface DistinctTables {
  /** One thread for each table that may differ from the others', the leader first. */
  readonly tids: readonly number[];
  /** Set where the kernel did not tell whether threads share: some of these tables may be one and the same. */
  readonly undecided?: Unknown;
}

function readDistinctTables(source: KernelSource, pid: number): Reading<DistinctTables> {
  const names = source.readDirectory(`/proc/${pid}/task`);
  if (!names.known) return names;
  const tids: number[] = [];
  let undecided: Unknown | undefined;
  for (const name of names.value) {
    const tid = Number(name);
    const shared = tids.some((other) => {
      const same = source.shareDescriptors(other, tid);
      if (!same.known && same.why !== 'gone') undecided ??= same;
      return same.known && same.value;
    });
    if (!shared) tids.push(tid);
    // One more than the most, so that the caller sees that there would have been more.
    if (undecided !== undefined && tids.length > MOST_TABLES_WITHOUT_KCMP) break;
  }
  return known(undecided === undefined ? { tids } : { tids, undecided });
}

class HolderIndexBuilder implements HolderIndex {
  readonly #rows = new TableRows();
  readonly holders = new CompactHolders(this.#rows);
  readonly owners = new Set<number>();
  readonly others = new CompactHolders(this.#rows);
  readonly openByPid = new Map<number, number>();
  readonly instances = new Map<number, { readonly epolls: TableEntry[]; readonly rings: TableEntry[] }>();
  readonly #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** `distinct`: no other table of this process that is added is the same one. */
  add(pid: number, tid: number, table: DescriptorTable, distinct: boolean): void {
    const { inodes, exceptOthers } = this.#wanted;
    this.#addInstances(pid, tid, table);
    let found = false;
    for (let row = 0; row < table.inodes.length; row++) {
      const inode = table.inodes[row] ?? 0;
      const isWanted = inodes.has(inode);
      if (!isWanted && (exceptOthers === null || exceptOthers.has(inode))) continue;
      const into = isWanted ? this.holders : this.others;
      const fd = table.fds[row] ?? -1;
      if (!distinct && into.get(inode)?.some((holder) => holder.pid === pid && holder.fd === fd)) continue;
      found = true;
      if (isWanted) this.owners.add(pid);
      into.add(this.#rows.add(pid, tid, fd), inode);
    }
    if (found) this.openByPid.set(pid, Math.max(table.open, this.openByPid.get(pid) ?? 0));
  }

  #addInstances(pid: number, tid: number, { epolls, rings }: DescriptorTable): void {
    if (epolls.length + rings.length === 0) return;
    const found = this.instances.get(pid) ?? { epolls: [], rings: [] };
    for (const fd of epolls) found.epolls.push({ tid, fd });
    for (const fd of rings) found.rings.push({ tid, fd });
    this.instances.set(pid, found);
  }
}

/** Rows of descriptor tables. */
class TableRows implements HolderRows {
  readonly #pids: number[] = [];
  readonly #tids: number[] = [];
  readonly #fds: number[] = [];

  /** The answer is the number of the row. */
  add(pid: number, tid: number, fd: number): number {
    this.#tids.push(tid);
    this.#fds.push(fd);
    return this.#pids.push(pid) - 1;
  }

  pidAt(row: number): number {
    return this.#pids[row] ?? 0;
  }

  tidAt(row: number): number {
    return this.#tids[row] ?? 0;
  }

  fdAt(row: number): number {
    return this.#fds[row] ?? -1;
  }
}
