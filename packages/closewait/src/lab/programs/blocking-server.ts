import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import {
  AF_INET,
  acceptIpv4,
  closeDescriptor,
  connectIpv4,
  createEpoll,
  EPOLLRDHUP,
  openSocket,
  readInto,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  shutdownSending,
  sleepSeconds,
  waitForEpoll,
  watchWithEpoll,
  writeFrom,
} from '../../ffi/index.ts';
import { listenAt, liveWith, must, say, waitForNothing, waitForWord } from './child-program.ts';
import { BLOCKING_DOES, type BlockingDoes, LAB_PORT, SAYS, UPSTREAM_PORT } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    port: { type: 'string', default: String(LAB_PORT) },
    does: { type: 'string', default: '' },
    connections: { type: 'string', default: '1' },
  },
});
const does: BlockingDoes = choose(BLOCKING_DOES, values.does);

const A_DAY_S = 86_400;
const ANSWER = Buffer.from('ok\n');
const buffer = Buffer.alloc(4096);

/** Says what becomes of a connection. What follows may never come back. */
function tell(fd: number, what: string): void {
  say(`${SAYS.done} ${fd}: ${what}`);
}

function readToTheEnd(fd: number): void {
  while (must(readInto(fd, buffer)) > 0);
}

/** The request is read when the peer has not closed yet, so its FIN comes later and stays unread. */
function readRequest(fd: number): void {
  must(readInto(fd, buffer));
}

const kept: number[] = [];

const SERVE: Readonly<Record<BlockingDoes, (fd: number) => void>> = {
  // Does not come so far.
  'never-accept': waitForNothing,
  forget: (fd) => tell(fd, 'accepted and forgotten'),
  'answer-and-forget': (fd) => {
    readRequest(fd);
    must(writeFrom(fd, ANSWER));
    tell(fd, 'answered and forgotten');
  },
  'forget-after-end': (fd) => {
    readToTheEnd(fd);
    tell(fd, 'read returned 0, and nobody closes');
  },
  // tcp_data_queue merges the FIN with the data that waits before it: one read takes both and never returns 0.
  'read-late': (fd) => {
    const epoll = must(createEpoll());
    must(watchWithEpoll(epoll, fd, EPOLLRDHUP));
    must(waitForEpoll(epoll));
    must(closeDescriptor(epoll));
    tell(fd, `one read returned ${must(readInto(fd, buffer))}, and nobody reads on`);
  },
  sleep: (fd) => {
    readRequest(fd);
    tell(fd, 'sleeps before it answers');
    sleepSeconds(A_DAY_S);
  },
  'wait-elsewhere': (fd) => {
    readRequest(fd);
    tell(fd, 'reads another descriptor before it answers');
    waitForNothing();
  },
  write: (fd) => {
    readRequest(fd);
    tell(fd, 'writes a long answer');
    const part = Buffer.alloc(1024 * 1024, ANSWER);
    while (writeFrom(fd, part).ok);
  },
  spin: (fd) => {
    readRequest(fd);
    tell(fd, 'takes a read of 0 bytes for "nothing yet"');
    for (;;) must(readInto(fd, buffer));
  },
  'send-after-end': (fd) => {
    readToTheEnd(fd);
    tell(fd, 'read returned 0, and the answer is sent line by line');
    const everyMs = 20;
    const never = new Int32Array(new SharedArrayBuffer(4));
    while (writeFrom(fd, ANSWER).ok) Atomics.wait(never, 0, 0, everyMs);
  },
  // accept(2) without SOCK_CLOEXEC: whatever is started inherits the connection. cat ends with this end of its pipe.
  'hand-to-child': (fd) => {
    readRequest(fd);
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    must(closeDescriptor(fd));
    tell(fd, `inherited by the child ${child.pid}, and closed here`);
  },
  relay: (fd) => {
    const upstream = must(openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    must(connectIpv4(upstream, { address: '127.0.0.1', port: UPSTREAM_PORT }));
    for (let bytes = must(readInto(fd, buffer)); bytes > 0; bytes = must(readInto(fd, buffer))) {
      must(writeFrom(upstream, buffer.subarray(0, bytes)));
    }
    must(shutdownSending(upstream));
    tell(fd, 'the client has closed, passed on; waits for the upstream to do the same');
    readToTheEnd(upstream);
  },
  'hang-up': (fd) => {
    readRequest(fd);
    must(writeFrom(fd, ANSWER));
    kept.push(fd);
    if (kept.length < Number(values.connections)) return;
    waitForWord();
    for (const idle of kept) {
      must(closeDescriptor(idle));
      tell(idle, 'was idle for too long, closed');
    }
  },
};

liveWith(values.parent);
const listener = listenAt(Number(values.port));
if (does === 'never-accept') waitForNothing();
for (;;) SERVE[does](must(acceptIpv4(listener)).fd);
