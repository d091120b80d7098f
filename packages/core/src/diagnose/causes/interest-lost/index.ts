import { limitRemedy } from '../../descriptor-pressure.ts';
import { destroyRemedy } from '../../destroy-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeInterestLost } from './rule.ts';

/** The connection is in an epoll instance, and what it is watched for does not include its end. */
export const interestLost: Cause = {
  id: 'interest-lost',
  severity: 'leak',
  summary: 'The event loop watches the connection for the wrong events, so it is not told of the end.',
  explanation:
    'The loop runs and the connection is registered, but its registration does not report a FIN: a one-shot ' +
    'event was not armed again, an edge-triggered one was not read until it was empty, or only room for ' +
    'sending is watched. The FIN makes the connection readable, and nobody is told. One form burns a ' +
    'processor instead: watched level-triggered for EPOLLOUT alone, a connection with room to send wakes the ' +
    'loop without end.',
  judge: judgeInterestLost,
  remedies: (group, close) => [
    ...limitRemedy(group.process),
    ...destroyRemedy(group, close, {
      risk:
        'the descriptor stays: the wake-up that it causes (HUP) was ignored in all programs measured, and a ' +
        'fired one-shot is not woken',
    }),
    restartRemedy(group.process),
  ],
  codeFix:
    'Keep EPOLLIN (or EPOLLRDHUP) in the mask for as long as the connection is open. Arm a one-shot event ' +
    'again after each report. Read an edge-triggered connection until EAGAIN. Take EPOLLOUT out when there ' +
    'is nothing to send.',
  codeFixes: {
    c:
      'EPOLLONESHOT: epoll_ctl(EPOLL_CTL_MOD) after each event. EPOLLET: read until EAGAIN. Always EPOLLIN | ' +
      'EPOLLRDHUP; EPOLLHUP alone comes only when both directions have ended.',
    java:
      'key.interestOpsOr(OP_READ) once the handler is done, then selector.wakeup(); ' +
      'key.interestOpsAnd(~OP_WRITE) as soon as the buffer is empty.',
    python:
      'selector.modify(sock, EVENT_READ | EVENT_WRITE) while writing and EVENT_READ afterwards; with ' +
      'select.epoll and EPOLLONESHOT modify(fd, mask) after each event.',
  },
};
