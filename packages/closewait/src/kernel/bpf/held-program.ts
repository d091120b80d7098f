import { HELD_AT as AT, HELD_BYTES as BYTES, HELD_FLAG, HELD_KIND as KIND } from '@closewait/core/codec';
import type { HeldRequest } from '@closewait/core/facts';
import { linuxStateMask, toLinuxState } from '@closewait/core/tcp';
import { JIFFIES, NAME, RECORD } from './held-stack.ts';
import type { Layout } from './layout.ts';
import { type ClockRate, HELPER, ProgramWriter } from './program-writer.ts';
import { writeSocket } from './socket-record.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
/** linux/in.h */
const IPPROTO_MPTCP = 262;
const SOCK_STREAM = 1;
/** net/inet_connection_sock.h */
const ICSK_TIME_PROBE0 = 3;
/** SOCK_DONE of enum sock_flags (net/sock.h). */
const SOCK_DONE_BIT = 1;
/** linux/magic.h */
const ANON_INODE_FS_MAGIC = 0x0904_1934;

/**
 * The program of the iterator `task_file`, which visits every descriptor of every task: writes a record for each one
 * that refers to a socket as asked for, or to an instance. The iterator leaves threads out that share the table of
 * their leader (task_file_seq_get_next, kernel/bpf/task_iter.c).
 *
 * r6: context; r7: task; r8: file, later the TCP socket as struct tcp_sock; r9: struct sock.
 */
export function writeHeldProgram(layout: Layout, request: HeldRequest, clock: ClockRate): Uint8Array {
  const w = new ProgramWriter(layout);
  w.move('r6', 'r1');
  w.read('r7', 'r6', 'task_file.task').jumpIf('r7', '==', 0, 'out');
  w.read('r8', 'r6', 'task_file.file').jumpIf('r8', '==', 0, 'out');
  w.move('r1', 'r8')
    .call(HELPER.sockFromFile)
    .jumpIf('r0', '==', 0, request.instances ? 'no socket' : 'out');
  w.read('r9', 'r0', 'socket.sock').jumpIf('r9', '==', 0, 'out');
  w.read('r1', 'r9', 'sock.protocol').jumpIf('r1', '==', IPPROTO_MPTCP, 'mptcp');
  chooseByState(w, request);
  chooseTcp(w);
  writeDescriptor(w);
  writeInode(w);
  writeEnds(w);
  w.move('r1', 'r9')
    .call(HELPER.getSocketCookie)
    .store(8, 'r10', RECORD + AT.cookie, 'r0');
  w.call(HELPER.jiffies64).store(8, 'r10', JIFFIES, 'r0');
  w.move('r1', 'r9').call(HELPER.skcToTcpSock).jumpIf('r0', '==', 0, 'out').move('r8', 'r0');
  writeSocket(w, clock);
  w.read('r1', 'r9', 'sock.family').jumpIf('r1', '==', AF_INET6, 'ipv6');
  w.copy('r9', 'sock.local_ipv4', 4, RECORD + AT.addresses).copy(
    'r9',
    'sock.remote_ipv4',
    4,
    RECORD + AT.addresses + 4,
  );
  emit(w, BYTES.ipv4);
  w.jump('out').label('ipv6');
  w.copySixteen('r9', 'sock.local_ipv6', RECORD + AT.addresses);
  w.copySixteen('r9', 'sock.remote_ipv6', RECORD + AT.addresses + 16);
  emit(w, BYTES.ipv6);
  w.jump('out').label('mptcp');
  writeMptcp(w);
  if (request.instances) {
    w.jump('out').label('no socket');
    writeInstance(w);
  }
  return w.label('out').move('r0', 0).exit().encode();
}

function chooseByState(w: ProgramWriter, { states, congested }: HeldRequest): void {
  w.read('r1', 'r9', 'sock.state').move('r2', 1).compute('r2', 'shiftLeft', 'r1');
  w.compute('r2', 'and', linuxStateMask(states));
  if (congested) {
    w.jumpIf('r2', '!=', 0, 'chosen').jumpIf('r1', '!=', toLinuxState('ESTABLISHED'), 'out');
    w.move('r1', 'r9').call(HELPER.skcToTcpSock).jumpIf('r0', '==', 0, 'out');
    w.read('r1', 'r0', 'tcp.pending').jumpIf('r1', '!=', ICSK_TIME_PROBE0, 'out').label('chosen');
  } else {
    w.jumpIf('r2', '==', 0, 'out');
  }
}

/** A raw socket of IPPROTO_TCP is none, and is in the same states. */
function chooseTcp(w: ProgramWriter): void {
  w.read('r1', 'r9', 'sock.protocol').jumpIf('r1', '!=', IPPROTO_TCP, 'out');
  w.read('r1', 'r9', 'sock.type').jumpIf('r1', '!=', SOCK_STREAM, 'out');
  w.read('r2', 'r9', 'sock.family').move('r1', KIND.ipv4).jumpIf('r2', '==', AF_INET, 'family');
  w.jumpIf('r2', '!=', AF_INET6, 'out').move('r1', KIND.ipv6).label('family');
  w.store(1, 'r10', RECORD + AT.kind, 'r1');
}

function writeDescriptor(w: ProgramWriter): void {
  w.copy('r7', 'task.tgid', 4, RECORD + AT.pid).copy('r7', 'task.pid', 4, RECORD + AT.tid);
  w.copy('r6', 'task_file.fd', 4, RECORD + AT.fd);
}

function writeEnds(w: ProgramWriter): void {
  w.copy('r9', 'sock.state', 1, RECORD + AT.state).copy('r9', 'sock.shutdown', 1, RECORD + AT.shutdown);
  readFlags(w);
  w.store(1, 'r10', RECORD + AT.flags, 'r1');
  writeNetns(w);
  w.copy('r9', 'sock.uid', 4, RECORD + AT.uid);
}

function writeInode(w: ProgramWriter): void {
  w.read('r1', 'r8', 'file.inode')
    .read('r1', 'r1', 'inode.number')
    .store(4, 'r10', RECORD + AT.inode, 'r1');
}

function writeNetns(w: ProgramWriter): void {
  w.read('r1', 'r9', 'sock.net')
    .read('r1', 'r1', 'net.inode')
    .store(4, 'r10', RECORD + AT.netns, 'r1');
}

/**
 * The descriptor of an MPTCP socket stands for its subflows, which sock_diag lists with its inode: whoever asks sock_diag
 * needs to know the holder. Listeners of programs in Go are such since 1.24, and a client whose server does not know MPTCP
 * has one subflow, which is plain TCP.
 */
function writeMptcp(w: ProgramWriter): void {
  w.store(4, 'r10', RECORD, KIND.mptcp);
  writeDescriptor(w);
  writeInode(w);
  writeNetns(w);
  emit(w, BYTES.mptcp);
}

/** The bits of HELD_FLAG in r1, of the struct sock in r9. Uses r2. */
export function readFlags(w: ProgramWriter): void {
  w.read('r1', 'r9', 'sock.flags').compute('r1', 'shiftRight', SOCK_DONE_BIT).compute('r1', 'and', HELD_FLAG.done);
  w.read('r2', 'r9', 'sock.kernel').compute('r2', 'multiply', HELD_FLAG.kernel).compute('r1', 'or', 'r2');
}

/** Names of anonymous inodes (fs/eventpoll.c, io_uring/io_uring.c), eleven bytes and their end. */
const EPOLL_NAME = '[eventpoll]\0';
const RING_NAME = '[io_uring]\0\0';

/** A file that is no socket: most of all descriptors of a host, told by one number that most file systems do not have. */
function writeInstance(w: ProgramWriter): void {
  w.read('r1', 'r8', 'file.inode').read('r1', 'r1', 'inode.superblock').read('r1', 'r1', 'superblock.magic');
  w.jumpIf('r1', '!=', ANON_INODE_FS_MAGIC, 'out');
  w.store(8, 'r10', NAME, 0).store(8, 'r10', NAME + 8, 0);
  w.read('r3', 'r8', 'file.dentry').read('r3', 'r3', 'dentry.name').move('r1', 'r10').compute('r1', 'add', NAME);
  w.move('r2', EPOLL_NAME.length).call(HELPER.probeReadKernelStr);
  w.load(4, 'r1', 'r10', NAME)
    .load(4, 'r2', 'r10', NAME + 4)
    .load(4, 'r3', 'r10', NAME + 8);
  w.jumpIf('r1', '!=', wordOf(EPOLL_NAME, 0), 'no epoll').jumpIf('r2', '!=', wordOf(EPOLL_NAME, 4), 'out');
  w.jumpIf('r3', '!=', wordOf(EPOLL_NAME, 8), 'out').move('r1', KIND.epoll).jump('instance');
  w.label('no epoll').jumpIf('r1', '!=', wordOf(RING_NAME, 0), 'out').jumpIf('r2', '!=', wordOf(RING_NAME, 4), 'out');
  w.jumpIf('r3', '!=', wordOf(RING_NAME, 8), 'out').move('r1', KIND.ring).label('instance');
  w.store(4, 'r10', RECORD, 0).store(1, 'r10', RECORD + AT.kind, 'r1');
  writeDescriptor(w);
  emit(w, BYTES.epoll);
}

function wordOf(text: string, at: number): number {
  return Buffer.from(text, 'latin1').readInt32LE(at);
}

/** Appends the record to the answer. Where it does not fit, the kernel hands out what there is and runs us again for this file. */
function emit(w: ProgramWriter, bytes: number): void {
  w.read('r1', 'r6', 'task_file.meta').read('r1', 'r1', 'meta.seq');
  w.move('r2', 'r10').compute('r2', 'add', RECORD).move('r3', bytes).call(HELPER.seqWrite);
}
