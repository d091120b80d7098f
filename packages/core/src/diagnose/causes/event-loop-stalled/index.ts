import { limitRemedy } from '../../descriptor-pressure.ts';
import { healRemedy } from '../../heal-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeEventLoopStalled } from './rule.ts';

/** The loop would be told of the end at once; it is busy with something else and does not ask. */
export const eventLoopStalled: Cause = {
  id: 'event-loop-stalled',
  severity: 'stall',
  summary: 'The event loop is inside of one handler: its connections are readable, and nobody asks.',
  explanation:
    'One thread serves all connections and asks the kernel in turns which of them are ready. A handler that ' +
    'blocks (a synchronous call, a lock, a long calculation) stops all turns: the connections stay ' +
    'registered and readable, new ones are not accepted, timers do not fire. Not one connection is at fault; ' +
    'the handler is.',
  judge: judgeEventLoopStalled,
  remedies: ({ process }) => [
    healRemedy({
      does: 'bring back what the handler waits for: the loop turns again and closes what has ended',
      risk: 'none; a loop that calculates has to come to its end',
      peerSees: 'a late answer, or a FIN',
    }),
    ...limitRemedy(process),
    restartRemedy(process),
  ],
  codeFix:
    'Never block in an event loop: hand synchronous calls and long calculations to a worker thread or a ' +
    'process. Measure the delay of the loop and raise an alarm, as every time limit inside of the program ' +
    'stands still with it.',
  codeFixes: {
    c:
      'No getaddrinfo, fsync, sleep or blocking client library between two calls of epoll_wait: a thread does ' +
      'it and wakes the loop through an eventfd.',
    node:
      'No …Sync functions and no long loops in handlers: worker_threads, or a child process. ' +
      'perf_hooks.monitorEventLoopDelay() shows the stall.',
    java:
      'Netty: pipeline.addLast(executorGroup, handler) for handlers that block; Vert.x: executeBlocking; ' +
      'Reactor: subscribeOn(Schedulers.boundedElastic()).',
    python:
      "await asyncio.to_thread(function), or loop.run_in_executor. asyncio's debug mode (PYTHONASYNCIODEBUG=1) " +
      'names callbacks slower than loop.slow_callback_duration.',
  },
};
