import { openSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  acceptIpv4,
  createEpoll,
  EPOLLIN,
  limitOwnDescriptors,
  readInto,
  sleepSeconds,
  unwatchWithEpoll,
  waitForEpoll,
  watchWithEpoll,
} from '../../ffi/index.ts';
import { listenAt, liveWith, must, say } from './child-program.ts';
import { LAB_PORT, LIMIT_DOES, type LimitDoes, SAYS, UPSTREAM_PORT } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    does: { type: 'string', default: '' },
    subscribers: { type: 'string', default: '0' },
    room: { type: 'string', default: '0' },
  },
});
const does: LimitDoes = choose(LIMIT_DOES, values.does);

const buffer = Buffer.alloc(4096);

/** Leaves room for so many more descriptors: gaps are filled, so that their count is the limit then. */
function leaveRoomFor(more: number): void {
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  must(limitOwnDescriptors(highest + 1));
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error;
  }
  must(limitOwnDescriptors(highest + 1 + more));
}

const REFUSED: Readonly<Record<LimitDoes, (epoll: number, listener: number) => void>> = {
  // Level-triggered: the next wait returns at once.
  spin: () => undefined,
  leak: () => undefined,
  unwatch: (epoll, listener) => must(unwatchWithEpoll(epoll, listener)),
  doze: () => sleepSeconds(1),
};

liveWith(values.parent);
const epoll = must(createEpoll());
const subscriptions = listenAt(UPSTREAM_PORT);
const listener = listenAt(LAB_PORT);
for (let count = 0; count < Number(values.subscribers); count++) {
  must(watchWithEpoll(epoll, must(acceptIpv4(subscriptions)).fd, EPOLLIN));
}
leaveRoomFor(Number(values.room));
must(watchWithEpoll(epoll, listener, EPOLLIN));
say(`${SAYS.served}: ${values.subscribers} subscribers stay, and there is room for ${values.room} more descriptors`);
let isTold = false;
for (;;) {
  const { fd } = must(waitForEpoll(epoll));
  if (fd !== listener) continue;
  const accepted = acceptIpv4(listener);
  if (accepted.ok) {
    must(readInto(accepted.value.fd, buffer));
    say(`${SAYS.done} ${accepted.value.fd}: read and forgotten`);
  } else {
    if (!isTold) say(`${SAYS.done} in the queue: accept answers ${accepted.errno}`);
    isTold = true;
    REFUSED[does](epoll, listener);
  }
}
