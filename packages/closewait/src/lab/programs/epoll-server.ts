import { parseArgs } from 'node:util';
import {
  acceptIpv4,
  createEpoll,
  EPOLLET,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  readInto,
  waitForEpoll,
  watchWithEpoll,
  writeFrom,
} from '../../ffi/index.ts';
import { listenAt, liveWith, must, say } from './child-program.ts';
import { EPOLL_DOES, type EpollDoes, LAB_PORT, SAYS } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    does: { type: 'string', default: '' },
  },
});
const does: EpollDoes = choose(EPOLL_DOES, values.does);

const INTEREST: Readonly<Record<EpollDoes, number>> = {
  spin: EPOLLIN,
  'one-shot': EPOLLIN | EPOLLONESHOT,
  edge: EPOLLIN | EPOLLET,
  'write-only': EPOLLOUT,
  'write-only-edge': EPOLLOUT | EPOLLET,
  nothing: 0,
};

const LINE_FEED = 0x0a;
const ANSWER = Buffer.from('ok\n');
/** With edges: two events, of the data and of the FIN, must not suffice for the request. */
const buffer = Buffer.alloc(does === 'edge' ? 8 : 4096);

liveWith(values.parent);
const listener = listenAt(LAB_PORT);
const epoll = must(createEpoll());
must(watchWithEpoll(epoll, listener, EPOLLIN));
for (;;) {
  const { fd, events } = must(waitForEpoll(epoll));
  if (fd === listener) {
    const accepted = must(acceptIpv4(listener)).fd;
    must(watchWithEpoll(epoll, accepted, INTEREST[does]));
    say(`${SAYS.done} ${accepted}: watched for ${does}`);
  } else if ((events & EPOLLIN) !== 0) {
    // The flaws: 0 is taken for "nothing yet", and one read is made where the edge asks for all there is.
    const bytes = must(readInto(fd, buffer));
    const isWhole = buffer[bytes - 1] === LINE_FEED;
    if (isWhole) must(writeFrom(fd, ANSWER));
  }
}
