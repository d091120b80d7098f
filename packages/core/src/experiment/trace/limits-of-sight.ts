import type { Observation, Unknown } from '../../facts/index.ts';
import { formatDuration } from '../../report/index.ts';
import type { TraceUnseen } from './trace-document.ts';

/** What was lost although somebody looked: one sentence each. */
export function describeLosses({ losses }: Observation, unattributed: number): readonly string[] {
  const { packets, stateChanges, callEvents, more, garbled } = losses;
  return [
    ...(packets.known && packets.value > 0 ? [`${packets.value} packets found no room in the packet socket`] : []),
    ...(stateChanges > 0 ? [`${stateChanges} changes of states found no room in the trace buffer`] : []),
    ...(callEvents > 0 ? [`${callEvents} beginnings and ends of system calls found no room in the trace buffer`] : []),
    ...(more ? ['more trace events were lost, and the kernel does not say how many'] : []),
    ...(garbled.length > 0 ? [`${garbled.length} packets could not be decoded`] : []),
    ...(unattributed > 0
      ? [
          `which connection ${unattributed === 1 ? 'a call' : `each of ${unattributed} calls`} of accept has returned: nobody could look at the descriptor in time`,
        ]
      : []),
  ];
}

/** What could not be seen at all, and why. */
export function describeUnseen(observation: Observation, isAmbiguous: boolean): readonly TraceUnseen[] {
  const { segments, changes, calls, sockets, processes, losses } = observation;
  const unread = processes.find(({ descriptors }) => !descriptors.known);
  return [
    ...(segments.known ? [] : [unseen('segments', segments)]),
    ...(changes.known ? [] : [unseen('exact times of states, and states that passed between two looks', changes)]),
    ...(calls.known ? [] : [unseen('system calls', calls)]),
    ...(sockets.known ? [] : [unseen('sockets at the end', sockets)]),
    ...(unread === undefined || unread.descriptors.known ? [] : [unseen('some descriptors', unread.descriptors)]),
    ...losses.muted.map(({ tid, atMs }) => ({
      what: `later system calls of thread ${tid}`,
      why: `it made so many that ${formatDuration(observation.endedMs - atMs)} before the end no more were recorded`,
      hint: null,
    })),
    ...(isAmbiguous
      ? [
          {
            what: 'states of connections whose addresses another network namespace uses as well',
            why: 'the tracepoint does not say in which namespace a socket is; the nearest in time were taken',
            hint: null,
          },
        ]
      : []),
  ];
}

function unseen(what: string, { detail, hint }: Unknown): TraceUnseen {
  return { what, why: detail, hint: hint ?? null };
}
