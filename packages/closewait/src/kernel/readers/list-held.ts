import { describeProblem, HeldRecords } from '@closewait/core/codec';
import {
  type HeldRequest,
  type Holder,
  type HolderMap,
  type KernelSource,
  type ReaderOutcome,
  type SocketFacts,
  unknown,
} from '@closewait/core/facts';
import { linuxStateMask, type TcpState, toLinuxState } from '@closewait/core/tcp';
import { uniteTables } from '../bpf/unite-tables.ts';
import type { Gathered } from './gathered.ts';
import { HeldHolders } from './held-holders.ts';
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
  readonly records: HeldRecords | null;
  /** Null for a recording from before there was such a walk: it has nothing to say about it. */
  readonly outcome: ReaderOutcome | null;
}

/** Walks all descriptors of the machine, while other readers read. */
export async function listHeld(source: KernelSource, request: HeldRequest): Promise<HeldAnswer> {
  const { value: listed, ms } = await source.timedAsync('bpf', () => source.listHeld(request));
  if (!listed.known) {
    const outcome = listed.why === 'not-asked' ? null : { name: 'bpf', ok: false, ms, problem: listed };
    return { records: null, outcome };
  }
  const records = HeldRecords.from(listed.value);
  if (records.ok) return { records: records.value, outcome: { name: 'bpf', ok: true, ms } };
  const problem = unknown('garbled', describeProblem(records.problem));
  return { records: null, outcome: { name: 'bpf', ok: false, ms, problem } };
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

/** Puts listed descriptors together: each socket once, with all of its holders. */
export function joinHeld(
  records: HeldRecords,
  { states, netns }: HeldChoice,
  source: KernelSource,
  log: LookLog,
): HeldListing {
  const { kept, undecided } = uniteTables(records, (tidA, tidB) => source.shareDescriptors(tidA, tidB));
  if (undecided !== null) log.missed('threads with private descriptor tables', undecided);
  const mask = linuxStateMask(states);
  const sockets: SocketFacts[] = [];
  const holders = new HeldHolders(records);
  const closed: SocketFacts[] = [];
  const ofClosed = new HeldHolders(records);
  const instances = new Map<number, { readonly epolls: TableEntry[]; readonly rings: TableEntry[] }>();
  const stuckByNamespace = new Map<number, number>();
  const owners = new Set<number>();
  const mptcp = new Set<number>();
  const sampler = new DescriptorSampler();
  let owner = 0;
  for (let position = 0; position < (kept ?? records).length; position++) {
    const index = kept === null ? position : (kept[position] ?? 0);
    const inode = records.inodeAt(index);
    if (inode === 0) {
      addInstance(instances, records, index);
      continue;
    }
    if (netns !== null && records.netnsAt(index) !== netns) continue;
    const state = records.stateNumberAt(index);
    if (state === CLOSED) {
      if (ofClosed.add(index, inode)) closed.push(records.socketAt(index));
      continue;
    }
    const pid = records.pidAt(index);
    if (pid !== owner) owners.add(pid);
    // The walk goes process by process.
    owner = pid;
    if (state === 0) mptcp.add(inode);
    if (!holders.add(index, inode)) continue;
    if (((mask >>> state) & 1) !== 0) sockets.push(records.socketAt(index));
    if (state !== CLOSE_WAIT) continue;
    const inside = records.netnsAt(index);
    stuckByNamespace.set(inside, (stuckByNamespace.get(inside) ?? 0) + 1);
    if (sampler.wantsOwn(pid)) sampler.addOwn({ pid, tid: records.tidAt(index), fd: records.fdAt(index) }, inode);
  }
  for (const [inode, list] of holders.shared()) sampler.add(inode, list);
  return {
    sockets,
    holders,
    mptcp,
    samples: sampler.samples,
    closed: closed.map((socket) => ({ socket, holders: ofClosed.get(socket.inode) ?? [] })),
    instances,
    stuckByNamespace,
    owners,
  };
}

function addInstance(
  instances: Map<number, { readonly epolls: TableEntry[]; readonly rings: TableEntry[] }>,
  records: HeldRecords,
  index: number,
): void {
  const pid = records.pidAt(index);
  const found = instances.get(pid) ?? { epolls: [], rings: [] };
  instances.set(pid, found);
  const list = records.kindAt(index) === 'epoll' ? found.epolls : found.rings;
  list.push({ tid: records.tidAt(index), fd: records.fdAt(index) });
}
