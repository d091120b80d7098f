import { USE_AT as AT, HELD_FLAG, USE_BYTES, USE_FLAG } from '@closewait/core/codec';
import { linuxStateMask, type TcpState } from '@closewait/core/tcp';
import { readFlags } from './held-program.ts';
import type { Layout } from './layout.ts';
import { HELPER, ProgramWriter } from './program-writer.ts';

const RECORD = -USE_BYTES;
const SCRATCH = RECORD - 8;

/**
 * The program of the iterator `tcp`, which visits the TCP sockets of one network namespace, also those that nobody has
 * a descriptor of: writes what keeps each one that is in one of the states.
 *
 * r6: context; r7: struct socket, or null; r9: the socket.
 */
export function writeUsesProgram(layout: Layout, states: readonly TcpState[]): Uint8Array {
  const w = new ProgramWriter(layout);
  w.move('r6', 'r1').read('r9', 'r6', 'tcp.socket').jumpIf('r9', '==', 0, 'out');
  w.read('r1', 'r9', 'sock.state').move('r2', 1).compute('r2', 'shiftLeft', 'r1');
  w.compute('r2', 'and', linuxStateMask(states)).jumpIf('r2', '==', 0, 'out');
  // A struct sock_common also stands for requests and for TIME-WAIT, which have no more than that.
  w.move('r1', 'r9').call(HELPER.skcToTcpSock).jumpIf('r0', '==', 0, 'out').move('r9', 'r0');
  w.store(8, 'r10', RECORD, 0);
  w.copy('r9', 'sock.state', 1, RECORD + AT.state).copy('r9', 'sock.shutdown', 1, RECORD + AT.shutdown);
  readFlags(w);
  w.store(1, 'r10', RECORD + AT.flags, 'r1');
  w.move('r1', 'r9')
    .call(HELPER.getSocketCookie)
    .store(8, 'r10', RECORD + AT.cookie, 'r0');
  w.read('r7', 'r9', 'sock.socket').jumpIf('r7', '==', 0, 'write');
  readInode(w);
  addFlag(w, USE_FLAG.file, () => w.read('r1', 'r7', 'socket.file').jumpIf('r1', '==', 0, 'no file'), 'no file');
  // The struct socket of a subflow is that of its MPTCP socket (mptcp_sock_graft, net/mptcp/protocol.h).
  addFlag(w, HELD_FLAG.subflow, () => w.read('r1', 'r7', 'socket.sock').jumpIf('r1', '==', 'r9', 'own'), 'own');
  w.label('write').read('r1', 'r6', 'tcp.meta').read('r1', 'r1', 'meta.seq');
  w.move('r2', 'r10').compute('r2', 'add', RECORD).move('r3', USE_BYTES).call(HELPER.seqWrite);
  return w.label('out').move('r0', 0).exit().encode();
}

/**
 * SOCK_INODE (net/sock.h): the inode lies behind the struct socket in a struct socket_alloc, whether there is a file or
 * not. That is past the end of what the verifier takes r7 for, so it is copied out.
 */
function readInode(w: ProgramWriter): void {
  w.store(8, 'r10', SCRATCH, 0).move('r1', 'r10').compute('r1', 'add', SCRATCH).move('r2', 8).move('r3', 'r7');
  w.compute('r3', 'add', w.offsetOf('socket_alloc.inode') + w.offsetOf('inode.number')).call(HELPER.probeReadKernel);
  w.load(8, 'r1', 'r10', SCRATCH).store(4, 'r10', RECORD + AT.inode, 'r1');
}

/** Sets a bit of the record's flags, unless `unless` jumps to `label`. */
function addFlag(w: ProgramWriter, flag: number, unless: () => void, label: string): void {
  unless();
  w.load(1, 'r1', 'r10', RECORD + AT.flags)
    .compute('r1', 'or', flag)
    .store(1, 'r10', RECORD + AT.flags, 'r1');
  w.label(label);
}
