import { describeProblem, HeldRecords } from '@closewait/core/codec';
import {
  type HeldRequest,
  type Holder,
  type HolderMap,
  type KernelSource,
  type ReaderOutcome,
  type SocketFacts,
  type Unknown,
  unknown,
} from '@closewait/core/facts';
import { linuxStateMask, type TcpState, toLinuxState } from '@closewait/core/tcp';
import { uniteTables } from '../bpf/unite-tables.ts';
import { CompactHolders } from './compact-holders.ts';
import type { Gathered } from './gathered.ts';
import type { LookLog } from './look-log.ts';
import type { Instances, TableEntry } from './read-holders.ts';
import { DescriptorSampler } from './sample-descriptors.ts';

/** What a walk over all descriptors of the machine has found of TCP sockets. */
export interface HeldListing {
  /** Each socket once, in the order of the walk; the closed ones are in `closed`. */
  readonly sockets: readonly SocketFacts[];
  readonly holders: HolderMap;
  readonly samples: Gathered['samples'];
  /** Inodes of MPTCP sockets: they have holders, and sock_diag has their subflows. */
  readonly mptcp: ReadonlySet<number>;
  /** What the kernel has closed, or never connected, and a process still holds. */
  readonly closed: readonly HeldClosed[];
  readonly instances: ReadonlyMap<number, Instances>;
  /** How many of `sockets` are in CLOSE-WAIT, by inode of their namespace. */
  readonly stuckByNamespace: ReadonlyMap<number, number>;
  /** Every process that holds one of these sockets; `closed` has its own holders. */
  readonly owners: ReadonlySet<number>;
}

/** A socket in state CLOSED with its holders. */
interface HeldClosed {
  readonly socket: SocketFacts;
  readonly holders: readonly Holder[];
}

/** What a walk over all descriptors gave. */
export interface HeldAnswer {
  /** Null where it cannot be made; descriptor tables tell the same more slowly. */
  readonly listing: HeldListing | null;
  /** Null for a recording from before there was such a walk: it has nothing to say about it. */
  readonly outcome: ReaderOutcome | null;
}

/** Walks all descriptors of the machine, while other readers read, and puts together what has come. */
export async function listHeld(
  source: KernelSource,
  request: HeldRequest,
  choice: HeldChoice,
  log: LookLog,
): Promise<HeldAnswer> {
  const join = new HeldJoin(choice);
  const { value: listed, ms } = await source.timedAsync('bpf', () =>
    source.listHeld(request, (chunk) => join.add(chunk)),
  );
  if (!listed.known) {
    const outcome = listed.why === 'not-asked' ? null : { name: 'bpf', ok: false, ms, problem: listed };
    return { listing: null, outcome };
  }
  if (join.problem !== null) {
    return { listing: null, outcome: { name: 'bpf', ok: false, ms, problem: join.problem } };
  }
  return { listing: join.finish(source, log), outcome: { name: 'bpf', ok: true, ms } };
}

/** Which of the listed sockets belong to a look. */
export interface HeldChoice {
  /** The others are only looked up by inode. */
  readonly states: readonly TcpState[];
  /** Null: of all network namespaces. */
  readonly netns: number | null;
}

const CLOSED = toLinuxState('CLOSED');
const CLOSE_WAIT = toLinuxState('CLOSE-WAIT');

/** Puts listed descriptors together as they come: each socket once, with all of its holders. */
class HeldJoin {
  /** Set once a chunk could not be read. */
  problem: Unknown | null = null;
  readonly #records = new HeldRecords();
  readonly #mask: number;
  readonly #netns: number | null;
  readonly #holders = new CompactHolders(this.#records);
  readonly #ofClosed = new CompactHolders(this.#records);
  readonly #sockets: SocketFacts[] = [];
  readonly #closed: SocketFacts[] = [];
  readonly #instances = new Map<number, { readonly epolls: TableEntry[]; readonly rings: TableEntry[] }>();
  readonly #stuckByNamespace = new Map<number, number>();
  readonly #owners = new Set<number>();
  readonly #mptcp = new Set<number>();
  readonly #sampler = new DescriptorSampler();
  /** Records of threads that are not the first of their process: their tables may be listed several times. */
  readonly #ofThreads: number[] = [];
  #owner = 0;

  constructor({ states, netns }: HeldChoice) {
    this.#mask = linuxStateMask(states);
    this.#netns = netns;
  }

  add(chunk: Uint8Array): void {
    const from = this.#records.length;
    const added = this.#records.add(chunk);
    if (!added.ok) {
      this.problem ??= unknown('garbled', describeProblem(added.problem));
      return;
    }
    for (let index = from; index < added.value; index++) {
      const pid = this.#records.pidAt(index);
      if (this.#records.tidAt(index) === pid) this.#join(index, pid);
      else this.#ofThreads.push(index);
    }
  }

  finish(source: KernelSource, log: LookLog): HeldListing {
    this.#joinThreads(source, log);
    const ofClosed = this.#ofClosed;
    for (const [inode, list] of this.#holders.shared()) this.#sampler.add(inode, list);
    return {
      sockets: this.#sockets,
      holders: this.#holders,
      mptcp: this.#mptcp,
      samples: this.#sampler.samples,
      closed: this.#closed.map((socket) => ({ socket, holders: ofClosed.get(socket.inode) ?? [] })),
      instances: this.#instances,
      stuckByNamespace: this.#stuckByNamespace,
      owners: this.#owners,
    };
  }

  #joinThreads(source: KernelSource, log: LookLog): void {
    if (this.#ofThreads.length === 0) return;
    const { kept, undecided } = uniteTables(this.#records, (tidA, tidB) => source.shareDescriptors(tidA, tidB));
    if (undecided !== null) log.missed('threads with private descriptor tables', undecided);
    const once = kept === null ? null : new Set(kept);
    for (const index of this.#ofThreads) {
      if (once === null || once.has(index)) this.#join(index, this.#records.pidAt(index));
    }
  }

  #join(index: number, pid: number): void {
    const records = this.#records;
    const inode = records.inodeAt(index);
    if (inode === 0) {
      this.#addInstance(index, pid);
      return;
    }
    const netns = records.netnsAt(index);
    if (this.#netns !== null && netns !== this.#netns) return;
    const state = records.stateNumberAt(index);
    if (state === CLOSED) {
      if (this.#ofClosed.add(index, inode)) this.#closed.push(records.socketAt(index));
      return;
    }
    // The walk goes process by process.
    if (pid !== this.#owner) this.#owners.add(pid);
    this.#owner = pid;
    if (state === 0) this.#mptcp.add(inode);
    if (!this.#holders.add(index, inode)) return;
    if (((this.#mask >>> state) & 1) !== 0) this.#sockets.push(records.socketAt(index));
    if (state !== CLOSE_WAIT) return;
    this.#stuckByNamespace.set(netns, (this.#stuckByNamespace.get(netns) ?? 0) + 1);
    if (!this.#sampler.wantsOwn(pid)) return;
    this.#sampler.addOwn({ pid, tid: records.tidAt(index), fd: records.fdAt(index) }, inode);
  }

  #addInstance(index: number, pid: number): void {
    const found = this.#instances.get(pid) ?? { epolls: [], rings: [] };
    this.#instances.set(pid, found);
    const list = this.#records.kindAt(index) === 'epoll' ? found.epolls : found.rings;
    list.push({ tid: this.#records.tidAt(index), fd: this.#records.fdAt(index) });
  }
}
