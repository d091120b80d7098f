import {
  createAddressTexts,
  decodeInetDiagMessage,
  decodeSocketUses,
  describeProblem,
  HeldRecords,
  type HeldSocket,
  isSocketMessage,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import {
  type HeldRequest,
  type KernelSource,
  known,
  type NamespaceRef,
  type Reading,
  type SocketFacts,
  unknown,
} from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { differenceOf } from './same-socket.ts';
import { type Sample, withSample } from './sample.ts';

/** What the check asks: the way without BPF, and our programs. */
export interface CheckedKernel {
  readonly source: Pick<KernelSource, 'dumpSockets' | 'readLink' | 'readInode'>;
  readonly listHeld: (request: HeldRequest) => Promise<Reading<readonly Uint8Array[]>>;
  readonly listUses: (states: readonly TcpState[]) => Promise<Reading<readonly Uint8Array[]>>;
}

const STATES: readonly TcpState[] = ['LISTEN', 'CLOSE-WAIT', 'FIN-WAIT-2', 'CLOSED'];
/** Milliseconds between two answers, on a busy host. */
const TOLERANCE_MS = 1000;
const OWN_NAMESPACE = '/proc/thread-self/ns/net';

/**
 * Looks with our programs at sockets of this process of which everything is known, and compares with /proc and sock_diag.
 * Null: they agree. Otherwise what differs. Unknown: no comparison was possible.
 */
export async function checkPrograms(kernel: CheckedKernel): Promise<Reading<string | null>> {
  const compared = await withSample((sample) => compare(kernel, sample));
  if (compared.ok) return compared.value;
  const { op, errno } = compared;
  return unknown('unsupported', `no sockets to check the BPF programs with: ${op}: ${errno}`, 'ip link set lo up');
}

async function compare(kernel: CheckedKernel, sample: Sample): Promise<Reading<string | null>> {
  const listed = await kernel.listHeld({ states: STATES, congested: true, instances: true });
  if (!listed.known) return listed;
  const records = HeldRecords.from(listed.value);
  if (!records.ok) return known(describeProblem(records.problem));
  const own = ownRecords(records.value);
  const stranger = findStranger(kernel, own);
  if (stranger !== null) return known(stranger);
  if (own.get(sample.epoll)?.kind !== 'epoll') return known('an epoll instance was not listed');
  if (own.get(sample.unconnected)?.socket?.state !== 'CLOSED') return known('a socket in CLOSED was not listed');

  const inode = kernel.source.readInode(OWN_NAMESPACE);
  if (!inode.known) return inode;
  const namespace = { inode: inode.value, path: OWN_NAMESPACE };
  for (const [fd, port, state] of [
    [sample.listener, sample.listenerPort, 'LISTEN'],
    [sample.stuck, sample.listenerPort, 'CLOSE-WAIT'],
    [sample.closing, sample.closingPort, 'FIN-WAIT-2'],
  ] as const) {
    const told = dumpOne(kernel, namespace, port, state);
    if (!told.known) return told;
    const held = own.get(fd)?.socket;
    if (held === undefined) return known(`a socket in ${state} was not listed`);
    const difference = differenceOf(held, told.value, TOLERANCE_MS);
    if (difference !== null) return known(`${state}: ${difference}`);
  }
  return compareUse(kernel, own.get(sample.stuck)?.socket);
}

interface OwnRecord {
  readonly kind: string;
  readonly socket: HeldSocket | undefined;
}

function ownRecords(records: HeldRecords): ReadonlyMap<number, OwnRecord> {
  const own = new Map<number, OwnRecord>();
  for (let index = 0; index < records.length; index++) {
    if (records.pidAt(index) !== process.pid) continue;
    const kind = records.kindAt(index);
    own.set(records.fdAt(index), { kind, socket: kind === 'socket' ? records.socketAt(index) : undefined });
  }
  return own;
}

const LINK_OF = { epoll: 'anon_inode:[eventpoll]', ring: 'anon_inode:[io_uring]' } as const;

/** A listed descriptor of which /proc says something else. */
function findStranger({ source }: CheckedKernel, own: ReadonlyMap<number, OwnRecord>): string | null {
  for (const [fd, { kind, socket }] of own) {
    const expected = socket === undefined ? LINK_OF[kind === 'ring' ? 'ring' : 'epoll'] : `socket:[${socket.inode}]`;
    const link = source.readLink(`/proc/self/fd/${fd}`);
    // One that was closed meanwhile, by other code of this process.
    if (link.known && link.value !== expected) return `descriptor ${fd}: ${expected}, ${link.value}`;
  }
  return null;
}

function dumpOne(kernel: CheckedKernel, namespace: NamespaceRef, port: number, state: TcpState): Reading<SocketFacts> {
  const extensions = ['info'] as const;
  const dump = kernel.source.dumpSockets(namespace, { family: 'ipv4', states: [state], extensions, localPort: port });
  if (!dump.known) return dump;
  for (const datagram of dump.value) {
    const messages = splitNetlinkMessages(datagram);
    for (const { type, payload } of messages.ok ? messages.value : []) {
      if (!isSocketMessage(type)) continue;
      const socket = decodeInetDiagMessage(payload, namespace.inode, extensions, createAddressTexts());
      if (socket.ok && socket.value.local.port === port) return known(socket.value);
    }
  }
  return unknown('gone', `sock_diag has no socket in ${state} with port ${port}`);
}

async function compareUse(kernel: CheckedKernel, socket: HeldSocket | undefined): Promise<Reading<string | null>> {
  const listed = await kernel.listUses(['CLOSE-WAIT']);
  if (!listed.known) return listed;
  const uses = decodeSocketUses(listed.value);
  if (!uses.ok) return known(describeProblem(uses.problem));
  const use = uses.value.find(({ inode }) => inode === socket?.inode);
  if (use === undefined) return known('the iterator tcp did not list a socket in CLOSE-WAIT');
  const { cookie, hasFile, isKernels, finReceived } = use;
  const isRight = cookie === socket?.cookie && hasFile && !isKernels && finReceived === socket.finReceived;
  return known(isRight ? null : `iterator tcp: ${JSON.stringify({ hasFile, isKernels, finReceived })}`);
}
