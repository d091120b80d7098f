import { toLinuxState } from '@closewait/core/tcp';
import {
  CALL_USE,
  HEADER_AT,
  HEADER_BYTES,
  MOST_ORDERS,
  ORDER_AT,
  ORDER_BYTES,
  VERDICT,
  type Verdict,
} from './batch-layout.ts';
import { HELPER, type PlaceReader } from './place-reader.ts';

/** linux/magic.h: numbers of inodes are unique within one file system only. */
const SOCKFS_MAGIC = 0x534f_434b;
/** include/uapi/asm-generic/fcntl.h: the program is sent a signal when something happens on it. */
const O_ASYNC = 0o20000;
const IPPROTO_TCP = 6;
const IPPROTO_MPTCP = 262;
/** net/sock.h */
const SOCK_LINGER = 1 << 4;
const SHUTDOWN_MASK = 3;
/** linux/poll.h: int fd, short events, short revents. */
const POLLFD_SHIFT = 3;
const LONG_BYTES = 8;

/** On the stack of the function `loop`, below what reading uses. */
const POLL_CONTEXT = -40;
const POLL_AT = { list: 0, fd: 8, found: 12 } as const;

/**
 * The function `loop`: judges one descriptor of the list, and closes it where nothing speaks against that.
 *
 * Between the last look at the table and the close lies no wait and no other code of ours, a fraction of a microsecond.
 * Somebody who begins to use the descriptor right then has a reference of his own, so that the kernel's structures stay
 * whole: for the program it is as if it had used the number a moment later. A program that did nothing but close such
 * descriptors itself and take their numbers again at once lost none of the files it had taken, in 780,000 times; 230 times
 * it closed one within that moment, and there was nothing left to close (two processors, Linux 6.18).
 *
 * r6: the order; r7: what is looked at; r8: the file; r9: the value.
 */
export function writeOrderCheck(w: PlaceReader, batch: number): void {
  w.label('loop').jumpIf('r1', '>', MOST_ORDERS - 1, 'end of loop');
  w.move('r7', 'r1').compute('r7', 'shiftLeft', Math.log2(ORDER_BYTES));
  w.value(batch, 'end of loop')
    .move('r9', 'r0')
    .move('r6', 'r0')
    .compute('r6', 'add', HEADER_BYTES)
    .compute('r6', 'add', 'r7');
  findFile(w, 'r8', verdictLabel('free'));
  checkIdentity(w);
  checkState(w);
  checkUse(w);
  checkCall(w);
  w.label('not named');
  findFile(w, 'r7', verdictLabel('another'));
  w.jumpIf('r7', '!=', 'r8', verdictLabel('another'));
  w.load(4, 'r1', 'r6', ORDER_AT.fd).call(HELPER.closeDescriptor);
  w.store(8, 'r6', ORDER_AT.seen, 'r0').jumpIf('r0', '!=', 0, verdictLabel('kept'));
  for (const verdict of Object.keys(VERDICT) as Verdict[]) {
    w.label(verdictLabel(verdict)).store(4, 'r6', ORDER_AT.verdict, VERDICT[verdict]).jump('end of loop');
  }
  w.label('end of loop').move('r0', 0).exit();
  writePollLoop(w);
}

const verdictLabel = (verdict: Verdict): string => `is ${verdict}`;
const UNREADABLE = verdictLabel('unreadable');

/** The struct file behind the number, as the table of the running thread has it now. */
function findFile(w: PlaceReader, to: 'r7' | 'r8', none: string): void {
  w.call(HELPER.currentTask).move('r7', 'r0').peek('r7', 'r7', 'task.files', UNREADABLE);
  w.peek('r7', 'r7', 'files.table', UNREADABLE).peek('r1', 'r7', 'table.size', UNREADABLE);
  w.load(4, 'r2', 'r6', ORDER_AT.fd).compute('r2', 'add', 1).jumpIf('r2', '>', 'r1', none);
  w.peek('r1', 'r7', 'table.files', UNREADABLE).load(4, 'r2', 'r6', ORDER_AT.fd).compute('r2', 'shiftLeft', 3);
  w.compute('r1', 'add', 'r2').peekAt(to, 'r1', 0, 8, UNREADABLE).jumpIf(to, '==', 0, none);
}

/** The file is the socket that was meant; r7 is its struct sock afterwards. */
function checkIdentity(w: PlaceReader): void {
  const another = verdictLabel('another');
  w.peek('r7', 'r8', 'file.inode', UNREADABLE).peek('r1', 'r7', 'inode.number', UNREADABLE);
  w.load(8, 'r2', 'r6', ORDER_AT.inode).jumpIf('r1', '!=', 'r2', another);
  w.peek('r7', 'r7', 'inode.superblock', UNREADABLE).peek('r1', 'r7', 'superblock.magic', UNREADABLE);
  w.jumpIf('r1', '!=', SOCKFS_MAGIC, another);
  w.peek('r7', 'r8', 'file.socket', UNREADABLE)
    .peek('r7', 'r7', 'socket.sock', UNREADABLE)
    .jumpIf('r7', '==', 0, another);
  w.peek('r1', 'r7', 'sock.protocol', UNREADABLE).jumpIf('r1', '==', IPPROTO_TCP, 'tcp');
  w.jumpIf('r1', '!=', IPPROTO_MPTCP, another).label('tcp');
  w.load(8, 'r1', 'r6', ORDER_AT.cookie).jumpIf('r1', '==', 0, 'no cookie');
  w.peek('r1', 'r7', 'sock.cookie', UNREADABLE).load(8, 'r2', 'r6', ORDER_AT.cookie).jumpIf('r1', '!=', 'r2', another);
  w.label('no cookie');
}

/**
 * CLOSE-WAIT, or closed after it was connected: tcp_done() ends both directions, and a socket that is yet to be connected
 * has both. A close that lingers (SO_LINGER) would keep the thread waiting until everything is acknowledged.
 */
function checkState(w: PlaceReader): void {
  w.peek('r1', 'r7', 'sock.state', UNREADABLE).store(8, 'r6', ORDER_AT.seen, 'r1');
  w.jumpIf('r1', '==', toLinuxState('CLOSE-WAIT'), 'stuck').jumpIf(
    'r1',
    '!=',
    toLinuxState('CLOSED'),
    verdictLabel('state'),
  );
  w.peek('r1', 'r7', 'sock.shutdown', UNREADABLE).compute('r1', 'and', SHUTDOWN_MASK);
  w.jumpIf('r1', '!=', SHUTDOWN_MASK, verdictLabel('state')).jump('state is right').label('stuck');
  w.peek('r1', 'r7', 'sock.flags', UNREADABLE)
    .compute('r1', 'and', SOCK_LINGER)
    .jumpIf('r1', '==', 0, 'state is right');
  w.peek('r1', 'r7', 'sock.linger', UNREADABLE).jumpIf('r1', '!=', 0, verdictLabel('lingers')).label('state is right');
}

/**
 * No epoll instance watches the file and no signal is sent for it, and the table has the only reference: copies of
 * the descriptor, in other processes or in flight, and calls of other threads in progress each have one of their own.
 */
function checkUse(w: PlaceReader): void {
  const watched = verdictLabel('watched');
  w.peek('r1', 'r8', 'file.watches', UNREADABLE).jumpIf('r1', '!=', 0, watched);
  w.peek('r1', 'r8', 'file.flags', UNREADABLE).compute('r1', 'and', O_ASYNC).jumpIf('r1', '!=', 0, watched);
  w.peek('r1', 'r8', 'file.references', UNREADABLE).store(8, 'r6', ORDER_AT.seen, 'r1');
  w.jumpIf('r1', '!=', 0, verdictLabel('referenced'));
}

/** The call that the running thread will make again does not name the descriptor. */
function checkCall(w: PlaceReader): void {
  const called = verdictLabel('called');
  const argument = (index: number): number => HEADER_AT.callArguments + 8 * index;
  w.load(4, 'r1', 'r9', HEADER_AT.use).load(4, 'r2', 'r6', ORDER_AT.fd).jumpIf('r1', '==', CALL_USE.none, 'not named');
  w.jumpIf('r1', '==', CALL_USE.select, 'by select').jumpIf('r1', '==', CALL_USE.poll, 'by poll');
  // The lower halves: a descriptor is an int.
  w.load(4, 'r3', 'r9', argument(0)).jumpIf('r3', '==', 'r2', called).jumpIf('r1', '==', CALL_USE.first, 'not named');
  for (const index of [1, 2, 3, 4, 5]) w.load(4, 'r3', 'r9', argument(index)).jumpIf('r3', '==', 'r2', called);
  w.jump('not named');

  w.label('by select').load(4, 'r3', 'r9', argument(0)).compute('r2', 'add', 1).jumpIf('r2', '>', 'r3', 'not named');
  for (const index of [1, 2, 3]) checkSet(w, argument(index), called);
  w.jump('not named');

  w.label('by poll')
    .store(8, 'r10', POLL_CONTEXT + POLL_AT.fd, 0)
    .store(4, 'r10', POLL_CONTEXT + POLL_AT.fd, 'r2');
  w.load(8, 'r1', 'r9', argument(0)).store(8, 'r10', POLL_CONTEXT + POLL_AT.list, 'r1');
  w.load(4, 'r1', 'r9', argument(1))
    .loadFunction('r2', 'poll loop')
    .move('r3', 'r10')
    .compute('r3', 'add', POLL_CONTEXT);
  w.move('r4', 0).call(HELPER.loop).jumpIf('r0', 'signed >', -1, 'looked through').jump(called);
  w.label('looked through')
    .load(4, 'r1', 'r10', POLL_CONTEXT + POLL_AT.found)
    .jumpIf('r1', '!=', 0, called);
}

/** One fd_set in the program's memory, unless it was not given. */
function checkSet(w: PlaceReader, pointer: number, called: string): void {
  const next = `behind set ${pointer}`;
  w.load(8, 'r7', 'r9', pointer).jumpIf('r7', '==', 0, next);
  w.load(4, 'r1', 'r6', ORDER_AT.fd)
    .compute('r1', 'shiftRight', 6)
    .compute('r1', 'multiply', LONG_BYTES)
    .compute('r7', 'add', 'r1');
  w.peekUser('r7', 'r7', 8, called).load(4, 'r1', 'r6', ORDER_AT.fd).compute('r1', 'and', 63);
  w.compute('r7', 'shiftRight', 'r1').compute('r7', 'and', 1).jumpIf('r7', '!=', 0, called).label(next);
}

/** Looks at one entry of poll's list in the program's memory. One that cannot be read counts as found. */
function writePollLoop(w: PlaceReader): void {
  w.label('poll loop').move('r6', 'r2').load(8, 'r7', 'r6', POLL_AT.list);
  w.compute('r1', 'shiftLeft', POLLFD_SHIFT).compute('r7', 'add', 'r1');
  w.peekUser('r1', 'r7', 4, 'found')
    .load(4, 'r2', 'r6', POLL_AT.fd)
    .jumpIf('r1', '==', 'r2', 'found')
    .move('r0', 0)
    .exit();
  w.label('found').store(4, 'r6', POLL_AT.found, 1).move('r0', 1).exit();
}
