import {
  type CauseScenario,
  LAB_PORT,
  type PeersCall,
  SAYS,
  type Scene,
  type Stage,
  startPeers,
  stuckOn,
  UPSTREAM_PORT,
} from '../../packages/closewait/src/lab/index.ts';
import { type ForeignProgram, foreignCommand } from './foreign-programs.ts';

/** A server in another language, its peers, and how often it says that it has done its part before they leave. */
interface Play {
  readonly peers: PeersCall;
  /** Default: once for each connection. 0: peers do not wait. */
  readonly leaveAfter?: number;
}

type Start = CauseScenario['start'];

function server(program: ForeignProgram, does: string, { peers, leaveAfter = peers.connections }: Play): Start {
  return async (stage) => {
    const started = stage.startProgram('server', foreignCommand(program, LAB_PORT, does));
    await stage.heard(started, SAYS.ready);
    const clients = startPeers(stage, { ...peers, told: leaveAfter > 0 });
    if (leaveAfter > 0) {
      await stage.heard(clients, SAYS.served);
      await stage.heard(started, SAYS.done, leaveAfter);
      clients.tell();
    }
    return stuckOn(started, peers.connections);
  };
}

const THREE: Play = { peers: { connections: 3 } };
const THREE_ANSWERED: Play = { peers: { connections: 3, answered: true } };

/** Servers in C: what a thread, a pool or a loop of the C library looks like from outside. */
const C_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'c-pool-deadlock',
    title: 'Each of two workers holds the lock that the other one waits for; three connections queue behind them.',
    cause: 'worker-stuck',
    start: server('thread-pool', 'deadlock', { peers: { connections: 5 }, leaveAfter: 2 }),
  },
  {
    name: 'c-pool-result',
    title: 'Two workers wait on a condition variable for a result; two connections queue behind them.',
    cause: 'worker-stuck',
    start: server('thread-pool', 'result', { peers: { connections: 4 }, leaveAfter: 2 }),
  },
  {
    name: 'c-pool-busy',
    title: 'Two workers compute for ever; one connection queues behind them.',
    cause: 'worker-stuck',
    start: server('thread-pool', 'busy', { peers: { connections: 3 }, leaveAfter: 2 }),
  },
  {
    name: 'c-pool-forget',
    title: 'The workers of an idle pool have answered, and forgotten their connections.',
    cause: 'descriptor-leaked',
    start: server('thread-pool', 'forget', THREE_ANSWERED),
  },
  {
    name: 'c-epoll-removed',
    title: 'A loop answers, takes the connection out of epoll, and forgets it.',
    cause: 'descriptor-leaked',
    start: server('epoll-workers', 'remove', THREE_ANSWERED),
  },
  {
    name: 'c-epoll-one-shot',
    title: 'A worker behind an epoll loop answers, and does not arm EPOLLONESHOT again.',
    cause: 'interest-lost',
    start: server('epoll-workers', 'one-shot', THREE_ANSWERED),
  },
  {
    name: 'c-epoll-shared',
    title: 'Two threads share an epoll instance with EPOLLONESHOT; each waits for a lock in the middle of a request.',
    cause: 'worker-stuck',
    start: server('epoll-workers', 'shared', { peers: { connections: 2 } }),
  },
  {
    name: 'c-poll-spin',
    title: 'A loop around poll(2) ignores reads of 0 bytes.',
    cause: 'eof-spin',
    start: server('poll-loop', 'spin', THREE_ANSWERED),
  },
  {
    name: 'c-select-forget',
    title: 'A loop around select(2) answers, and leaves the connection out of its set.',
    cause: 'descriptor-leaked',
    start: server('poll-loop', 'forget', THREE_ANSWERED),
  },
  {
    name: 'c-dead-leader',
    title: 'The first thread of the process has ended, and another one forgets connections.',
    cause: 'descriptor-leaked',
    start: server('odd-thread', 'dead-leader', THREE_ANSWERED),
  },
  {
    name: 'c-private-table',
    title: 'A thread with a descriptor table of its own forgets connections.',
    cause: 'descriptor-leaked',
    start: server('odd-thread', 'private-table', THREE_ANSWERED),
  },
  {
    name: 'c-vfork',
    title: 'The thread that serves is in state D: its child of vfork neither executes nor ends.',
    cause: 'worker-stuck',
    start: server('odd-thread', 'vfork', { peers: { connections: 1 } }),
  },
];

const GO_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'go-forget',
    title: 'A goroutine answers, keeps the connection and reads no more.',
    cause: 'descriptor-leaked',
    start: server('go', 'forget', THREE_ANSWERED),
  },
  {
    name: 'go-read-to-end',
    title: 'A goroutine answers what it reads until io.EOF, and does not close.',
    cause: 'close-missing',
    start: server('go', 'read-to-end', { ...THREE_ANSWERED, leaveAfter: 0 }),
  },
  {
    name: 'go-handler-mutex',
    title: 'Handlers of net/http wait for a mutex; its background read has taken the end.',
    cause: 'worker-stuck',
    start: server('go', 'handler', THREE),
  },
  {
    name: 'go-handler-channel',
    title: 'Handlers of net/http wait for a channel; its background read has taken the end.',
    cause: 'worker-stuck',
    start: server('go', 'channel', THREE),
  },
  {
    name: 'go-hijacked',
    title: 'Handlers of net/http take their connections over, answer 101, and forget them.',
    cause: 'descriptor-leaked',
    start: server('go', 'hijack', THREE_ANSWERED),
  },
  {
    name: 'go-relay',
    title: 'A relay of two io.Copy waits for both ends, and the upstream stays.',
    cause: 'half-closed-relay',
    start: startRelay,
  },
  {
    name: 'go-body',
    title: 'A client of net/http does not close the bodies of its answers.',
    cause: 'descriptor-leaked',
    start: startBodies,
  },
];

const JAVA_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'java-nio-pause',
    title: 'A selector loop reads a part and sets its interest to nothing.',
    cause: 'reader-paused',
    start: server('java', 'pause', THREE),
  },
  {
    name: 'java-nio-cancel',
    title: 'A selector loop answers, cancels the key and keeps the channel.',
    cause: 'descriptor-leaked',
    looksLike: 'reader-paused',
    start: server('java', 'cancel', THREE_ANSWERED),
  },
  {
    name: 'java-lock',
    title: 'Each connection has a thread, and all wait for one monitor.',
    cause: 'worker-stuck',
    start: server('java', 'lock', THREE),
  },
  {
    name: 'java-pool',
    title: 'Both threads of an executor wait for a latch, and three connections are in its queue.',
    cause: 'worker-stuck',
    start: server('java', 'pool', { peers: { connections: 5 }, leaveAfter: 2 }),
  },
  {
    name: 'java-forget',
    title: 'The server answers and keeps the sockets in a list.',
    cause: 'descriptor-leaked',
    start: server('java', 'forget', THREE_ANSWERED),
  },
  {
    name: 'java-idle-pool',
    title: 'The server closes connections that HttpURLConnection keeps for later.',
    cause: 'idle-pool',
    start: startIdlePool,
  },
];

/**
 * Scenarios in C, Go and Java: runtimes that look different from outside, and that the laboratory, which is published,
 * cannot ask of a machine.
 */
export const FOREIGN_SCENARIOS: readonly CauseScenario[] = [...C_SCENARIOS, ...GO_SCENARIOS, ...JAVA_SCENARIOS];

/** The upstream is a process of its own with a stuck worker; the scene is about the relay. */
async function startRelay(stage: Stage): Promise<Scene> {
  const upstream = stage.start('upstream', 'blocking-server', '--does', 'sleep', '--port', String(UPSTREAM_PORT));
  await stage.heard(upstream, SAYS.ready);
  const relay = stage.startProgram('server', foreignCommand('go', LAB_PORT, 'relay'));
  await stage.heard(relay, SAYS.ready);
  const peers = startPeers(stage, { connections: 1, told: true });
  await stage.heard(upstream, SAYS.done);
  peers.tell();
  await stage.heard(relay, SAYS.done);
  return stuckOn(relay, 1);
}

async function startBodies(stage: Stage): Promise<Scene> {
  const connections = 3;
  const upstream = stage.startProgram('server', foreignCommand('http-upstream', LAB_PORT, 'long-body', connections));
  await stage.heard(upstream, SAYS.ready);
  const client = stage.startProgram('client', foreignCommand('go', LAB_PORT, 'body'));
  await stage.heard(client, SAYS.done, connections);
  await stage.heard(upstream, SAYS.done, connections);
  return { pids: [client.pid], port: LAB_PORT, end: 'remote', closeWait: connections };
}

async function startIdlePool(stage: Stage): Promise<Scene> {
  const connections = 3;
  const upstream = stage.startProgram('server', foreignCommand('http-upstream', LAB_PORT, 'keep-alive', connections));
  await stage.heard(upstream, SAYS.ready);
  const client = stage.startProgram('client', foreignCommand('java', LAB_PORT, 'idle'));
  await stage.heard(client, SAYS.done, connections);
  upstream.tell();
  await stage.heard(upstream, SAYS.done, connections);
  return { pids: [client.pid], port: LAB_PORT, end: 'remote', closeWait: connections };
}
