import { HEADER_AT, THREAD_VERDICT, type ThreadVerdict } from './batch-layout.ts';
import { judgeCall } from './interrupted-call.ts';
import type { KernelPlaces } from './kernel-places.ts';
import { writeOrderCheck } from './order-check.ts';
import { HELPER, PlaceReader } from './place-reader.ts';

/** linux/sched.h */
const PF_EXITING = 0x4;
const PF_IO_WORKER = 0x10;
const PF_USER_WORKER = 0x4000;
const PF_KTHREAD = 0x20_0000;
/** The user code segment of a 64-bit program (arch/x86/include/asm/segment.h). */
const USER_CS = 0x33;
/** A call by the 32-bit table, also of a 64-bit program (int 0x80): arch/x86/include/asm/thread_info.h. */
const TS_COMPAT = 0x2;

/** What the program answers where the kernel does not answer for it. */
export const NO_THREAD = 1;
export const OTHER_PROCESS = 2;
const NO_VALUE = 3;

/** Descriptors of the maps that the program uses: where the work waits, and what it is about. */
export interface ProgramMaps {
  readonly work: number;
  readonly batch: number;
}

/** A program with the places where its functions begin. */
export interface FreeProgram {
  readonly instructions: Uint8Array;
  readonly main: number;
  readonly callback: number;
  readonly loop: number;
  readonly pollLoop: number;
}

/**
 * The program: `main` runs in this process and gives a thread of the owner work to do; `callback` is that work, in the
 * thread itself on its way back to its own code; it judges the thread and then, in `loop`, each descriptor of the list.
 */
export function writeFreeProgram(places: KernelPlaces, maps: ProgramMaps): FreeProgram {
  const w = new PlaceReader(places);
  writeMain(w, maps);
  writeCallback(w, maps);
  writeOrderCheck(w, maps.batch);
  return {
    instructions: w.encode(),
    main: 0,
    callback: w.positionOf('callback'),
    loop: w.positionOf('loop'),
    pollLoop: w.positionOf('poll loop'),
  };
}

/** r6: the work; r7: the value; r8: the thread. */
function writeMain(w: PlaceReader, { work, batch }: ProgramMaps): void {
  w.value(work, 'no value').move('r6', 'r0').value(batch, 'no value').move('r7', 'r0');
  w.load(4, 'r1', 'r7', HEADER_AT.tid).callFromPid().jumpIf('r0', '==', 0, 'no thread').move('r8', 'r0');
  w.move('r9', OTHER_PROCESS)
    .member('r1', 'r8', 'task.tgid')
    .load(4, 'r2', 'r7', HEADER_AT.pid)
    .jumpIf('r1', '!=', 'r2', 'release');
  w.move('r1', 'r8').move('r2', 'r6').loadMap('r3', work).loadFunction('r4', 'callback').move('r5', 0).callSchedule();
  w.move('r9', 'r0').label('release').move('r1', 'r8').callRelease().move('r0', 'r9').exit();
  w.label('no thread').move('r0', NO_THREAD).exit().label('no value').move('r0', NO_VALUE).exit();
}

/** r6: the value; r7: the running task's address; r8: its registers. */
function writeCallback(w: PlaceReader, { batch }: ProgramMaps): void {
  w.label('callback').value(batch, 'end of callback').move('r6', 'r0').store(4, 'r6', HEADER_AT.started, 1);
  w.call(HELPER.currentTaskTyped).move('r1', 'r0').call(HELPER.taskRegisters).move('r8', 'r0');
  w.call(HELPER.currentTask).move('r7', 'r0');
  judgeThread(w);
  judgeCall(w, { fit: 'thread is fit', inside: label('inside'), call: label('call'), unreadable: label('unreadable') });
  w.label('thread is fit').store(4, 'r6', HEADER_AT.thread, THREAD_VERDICT.fit);
  w.load(4, 'r1', 'r6', HEADER_AT.count)
    .loadFunction('r2', 'loop')
    .store(8, 'r10', -24, 0)
    .move('r3', 'r10')
    .compute('r3', 'add', -24);
  w.move('r4', 0).call(HELPER.loop).jump('done');
  for (const verdict of Object.keys(THREAD_VERDICT) as ThreadVerdict[]) {
    if (verdict !== 'fit')
      w.label(label(verdict)).store(4, 'r6', HEADER_AT.thread, THREAD_VERDICT[verdict]).jump('done');
  }
  w.label('done').store(4, 'r6', HEADER_AT.done, 1).label('end of callback').move('r0', 0).exit();
}

const label = (verdict: ThreadVerdict): string => `thread: ${verdict}`;

/**
 * A task that is ending has no table any more (exit_files comes before exit_task_work, kernel/exit.c), and closing
 * would follow a null pointer. More users of the table than threads: another process made with CLONE_FILES has it too.
 */
function judgeThread(w: PlaceReader): void {
  const unreadable = label('unreadable');
  w.peek('r9', 'r7', 'task.flags', unreadable);
  w.move('r1', 'r9').compute('r1', 'and', PF_EXITING).jumpIf('r1', '!=', 0, label('ending'));
  w.move('r1', 'r9')
    .compute('r1', 'and', PF_KTHREAD | PF_USER_WORKER | PF_IO_WORKER)
    .jumpIf('r1', '!=', 0, label('kernel'));
  w.peek('r1', 'r7', 'task.entry', unreadable).compute('r1', 'and', TS_COMPAT).jumpIf('r1', '!=', 0, label('compat'));
  w.member('r1', 'r8', 'registers.segment').compute('r1', 'and', 0xffff).jumpIf('r1', '!=', USER_CS, label('compat'));
  w.peek('r9', 'r7', 'task.files', unreadable).jumpIf('r9', '==', 0, label('ending'));
  w.peek('r9', 'r9', 'files.users', unreadable).peek('r1', 'r7', 'task.signal', unreadable);
  w.peek('r1', 'r1', 'signal.threads', unreadable).jumpIf('r9', '>', 'r1', label('table'));
}
