import { decodeTcpInfo, describeProblem } from '@closewait/core/codec';
import type { ActionOutcome, ConnectionIdentity, Holder, KernelSource, OwnerIdentity } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { type ForeignSocket, type SystemResult, withForeignSocket } from '../ffi/index.ts';
import { type Acted, refusedBy } from './acted.ts';
import { findOtherOwner } from './same-owner.ts';

/** Which socket is meant, and how it has to be found. */
export interface MeantSocket {
  readonly connection: ConnectionIdentity;
  readonly owners: readonly OwnerIdentity[];
  /** In which it still has to be. */
  readonly state: TcpState;
  /** How much the peer had acknowledged; more by now means that it is in use. Null: not compared. */
  readonly bytesAcked: number | null;
}

/**
 * Does something to a socket through a copy of its holder's descriptor. The copy is one socket for good, so everything is compared
 * on it: whose it is, its inode, its cookie, its state. Only what was meant is touched, whatever the number leads to by then.
 * Where several have it the first one that can be reached serves: shutdown(2) and options are of the socket, not of a descriptor.
 */
export function actOnSocket(
  source: KernelSource,
  meant: MeantSocket,
  act: (socket: ForeignSocket) => SystemResult<string>,
): Acted {
  let refusal: ActionOutcome = { kind: 'refused', detail: 'no process has a descriptor of it' };
  for (const holder of meant.connection.holders) {
    const acted = actThrough(source, holder, meant, act);
    if (acted.kind === 'done') return acted;
    refusal = acted;
    // Another holder may be reached where this one cannot.
    if (acted.kind !== 'denied' && acted.kind !== 'unsupported') return acted;
  }
  return refusal;
}

function actThrough(
  source: KernelSource,
  holder: Holder,
  meant: MeantSocket,
  act: (socket: ForeignSocket) => SystemResult<string>,
): Acted {
  const done = withForeignSocket<Acted>(holder, (socket) => {
    const other = whyNotMeant(source, holder, meant, socket);
    if (other !== null) return { ok: true, value: other };
    const acted = act(socket);
    return acted.ok ? { ok: true, value: { kind: 'done', says: acted.value } } : acted;
  });
  if (done.ok) return done.value;
  return refusedBy(done, meaningOf(done.errno, holder), HINTS[done.errno]);
}

const HINTS: Readonly<Record<string, string>> = {
  EPERM: 'run as root; kernel.yama.ptrace_scope must be below 3',
  ENOSYS: '--with destroy does without it',
  EINVAL: '--with destroy does without it',
};

function meaningOf(errno: string, { pid, tid, fd }: Holder): string {
  switch (errno) {
    case 'EPERM':
      return `process ${pid}: copying its descriptors needs the right to trace it (CAP_SYS_PTRACE)`;
    case 'EBADF':
      return `descriptor ${fd} of process ${pid} is closed by now`;
    case 'ESRCH':
      return `process ${pid} has ended`;
    case 'ENOSYS':
      return 'Linux 5.6 or later';
    case 'EINVAL':
      return tid === pid ? '' : `thread ${tid} of process ${pid} has descriptors of its own: Linux 6.9 or later`;
    case 'ENOTCONN':
      return 'the connection has ended';
    default:
      return '';
  }
}

/** Asked with the copy in hand: the process that gave it is the one that has the pid now, if its start is the same. */
function whyNotMeant(
  source: KernelSource,
  { pid, fd }: Holder,
  { connection, owners, state, bytesAcked }: MeantSocket,
  socket: ForeignSocket,
): ActionOutcome | null {
  const other = findOtherOwner(source, owners);
  if (other !== null) return other;
  if (socket.inode !== connection.inode) {
    return { kind: 'changed', detail: `descriptor ${fd} of process ${pid} leads elsewhere by now` };
  }
  const cookie = socket.cookie();
  if (!cookie.ok) return refusedBy(cookie, 'its cookie');
  if (cookie.value !== connection.cookie) {
    return { kind: 'changed', detail: `descriptor ${fd} of process ${pid} is another socket by now` };
  }
  const bytes = socket.tcpInfo();
  if (!bytes.ok) return refusedBy(bytes, 'its state');
  const info = decodeTcpInfo(bytes.value);
  if (!info.ok) return { kind: 'refused', detail: `TCP_INFO: ${describeProblem(info.problem)}` };
  const now = info.value;
  if (now.state === 'CLOSED') return { kind: 'already-gone', detail: 'the connection has ended by now' };
  if (now.state !== state) return { kind: 'changed', detail: `it is in ${now.state} by now` };
  if (bytesAcked !== null && now.bytesAcked !== bytesAcked) {
    return { kind: 'changed', detail: 'the peer has acknowledged data since the look: it is in use' };
  }
  return null;
}
