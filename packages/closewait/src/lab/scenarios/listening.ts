import type { CauseScenario } from '../cause-scenario.ts';
import { playServerAndPeers } from './server-and-peers.ts';

/** The program runs, and does not hear the end, or hears it and does not understand. */
export const LISTENING_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'reader-paused',
    title: 'A Node server with pauseOnConnect never resumes its connections.',
    cause: 'reader-paused',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['loop-server', 'pause'], peers: { connections: 3 }, leaveAfter: 3 }),
  },
  {
    name: 'eof-spin',
    title: 'A thread takes a read of 0 bytes for "nothing yet", and reads again for ever.',
    cause: 'eof-spin',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['blocking-server', 'spin'], peers: { connections: 1 }, leaveAfter: 1 }),
  },
  {
    name: 'eof-spin-loop',
    title: 'A level-triggered epoll loop ignores reads of 0 bytes, and is woken again for ever.',
    cause: 'eof-spin',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['epoll-server', 'spin'], peers: { connections: 3, answered: true } }),
  },
  {
    name: 'interest-lost-one-shot',
    title: 'EPOLLONESHOT has fired for the request and was not armed again.',
    cause: 'interest-lost',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['epoll-server', 'one-shot'], peers: { connections: 3, answered: true } }),
  },
  {
    name: 'interest-lost-edge',
    title: 'An edge-triggered loop reads less than there is, and no further edge comes.',
    cause: 'interest-lost',
    start: (stage) => playServerAndPeers(stage, { server: ['epoll-server', 'edge'], peers: { connections: 3 } }),
  },
  {
    name: 'interest-lost-write-only',
    title: 'A level-triggered loop watches for EPOLLOUT alone: it never sleeps, and never sees the end.',
    cause: 'interest-lost',
    start: (stage) => playServerAndPeers(stage, { server: ['epoll-server', 'write-only'], peers: { connections: 3 } }),
  },
  {
    name: 'interest-lost-write-only-edge',
    title: 'An edge-triggered loop watches for EPOLLOUT alone, and sleeps through the end.',
    cause: 'interest-lost',
    start: (stage) =>
      playServerAndPeers(stage, { server: ['epoll-server', 'write-only-edge'], peers: { connections: 3 } }),
  },
  {
    name: 'interest-lost-nothing',
    title: 'The connections are in the epoll instance with an empty mask.',
    cause: 'interest-lost',
    start: (stage) => playServerAndPeers(stage, { server: ['epoll-server', 'nothing'], peers: { connections: 3 } }),
  },
];
