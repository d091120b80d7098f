import { describeProblem, type EndOffsets, type TraceOffsets, traceOffsets } from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';
import type { TraceEventRequest, TraceSession } from './trace-session.ts';

type Common = 'common_flags' | 'common_pid';

/** The fields of each event that are read. */
interface Fields {
  readonly state: Common | keyof EndOffsets | 'skaddr' | 'newstate';
  readonly resetReceived: Common | 'skaddr';
  readonly resetSent: Common | 'skaddr';
  readonly error: Common | keyof EndOffsets | 'error';
  readonly shutdownBegan: Common;
  readonly shutdownEnded: Common;
  readonly taskBegan: Common | 'pid' | 'comm' | 'clone_flags';
  readonly taskEnded: Common | 'pid' | 'comm';
}

export type CloseEventName = keyof Fields;

/**
 * Into CLOSE-WAIT (8 of net/tcp_states.h) and out of it. On the way to CLOSED (7) the socket's own port has gone: the
 * socket is known by its address alone.
 */
const STATES = '(newstate == 8 || oldstate == 8) && protocol == 6';

/**
 * What is recorded. The first is the matter itself, the others tell what ended a connection and who: they are rare, but
 * for calls of shutdown(2) and threads. Those that are not optional exist in every kernel since 4.16.
 */
export const CLOSE_EVENTS: Readonly<Record<CloseEventName, TraceEventRequest>> = {
  state: { system: 'sock', name: 'inet_sock_set_state', filter: STATES },
  resetReceived: { system: 'tcp', name: 'tcp_receive_reset' },
  resetSent: { system: 'tcp', name: 'tcp_send_reset' },
  /** Linux 5.15. */
  error: { system: 'sock', name: 'inet_sk_error_report', filter: 'protocol == 6', optional: true },
  /** CONFIG_FTRACE_SYSCALLS. */
  shutdownBegan: { system: 'syscalls', name: 'sys_enter_shutdown', optional: true },
  shutdownEnded: { system: 'syscalls', name: 'sys_exit_shutdown', optional: true },
  taskBegan: { system: 'task', name: 'task_newtask' },
  taskEnded: { system: 'sched', name: 'sched_process_exit' },
};

const COMMON: Readonly<Record<Common, number>> = { common_flags: 1, common_pid: 4 };
const ENDS: Readonly<Record<keyof EndOffsets, number>> = {
  sport: 2,
  dport: 2,
  family: 2,
  saddr: 4,
  daddr: 4,
  saddr_v6: 16,
  daddr_v6: 16,
};
/** TASK_COMM_LEN */
const COMM = 16;

/** The sizes of the fields, include/trace/events/{sock,tcp,task,sched}.h. */
const SIZES: { readonly [Name in CloseEventName]: Readonly<Record<Fields[Name], number>> } = {
  state: { ...COMMON, ...ENDS, skaddr: 8, newstate: 4 },
  resetReceived: { ...COMMON, skaddr: 8 },
  resetSent: { ...COMMON, skaddr: 8 },
  error: { ...COMMON, ...ENDS, error: 4 },
  shutdownBegan: COMMON,
  shutdownEnded: COMMON,
  taskBegan: { ...COMMON, pid: 4, comm: COMM, clone_flags: 8 },
  taskEnded: { ...COMMON, pid: 4, comm: COMM },
};

/** Where the fields of each event lie on this kernel; null: it does not have the event. */
export type EventOffsets = { readonly [Name in CloseEventName]: TraceOffsets<Fields[Name]> | null };

/** The layout of the events that a session records. */
export interface CloseLayout {
  readonly offsets: EventOffsets;
  /** By the number that stands in a record. */
  readonly nameOf: ReadonlyMap<number, CloseEventName>;
}

export function closeLayout(session: TraceSession): Reading<CloseLayout> {
  const nameOf = new Map<number, CloseEventName>();
  const offsets: Partial<Record<CloseEventName, TraceOffsets<string> | null>> = {};
  for (const name of Object.keys(CLOSE_EVENTS) as CloseEventName[]) {
    const format = session.formats.get(`${CLOSE_EVENTS[name].system}:${CLOSE_EVENTS[name].name}`);
    const found = format === undefined ? null : traceOffsets<string>(format, SIZES[name]);
    if (found?.ok === false) return unknown('unsupported', describeProblem(found.problem));
    offsets[name] = found === null ? null : found.value;
    if (format !== undefined) nameOf.set(format.id, name);
  }
  return known({ offsets: offsets as EventOffsets, nameOf });
}
