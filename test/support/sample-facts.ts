import {
  type CloseLook,
  type EventInterest,
  type Facts,
  type Holder,
  type Interest,
  known,
  type ProcessActivity,
  type ProcessFacts,
  type SocketFacts,
  type TcpInfo,
  type ThreadDoing,
  type ThreadFacts,
  unknown,
} from '@closewait/core/facts';

const NETNS = 4_026_531_833;

/** A tcp_info of a connection whose peer sent 18 bytes and a FIN 60 s ago; nothing was read or sent. */
export function sampleInfo(changes: Partial<TcpInfo> = {}): TcpInfo {
  return {
    state: 'CLOSE-WAIT',
    probes: 0,
    backoff: 0,
    roundTripTimeUs: 120,
    lastDataSentMs: 61_000,
    lastDataReceivedMs: 61_000,
    lastAckReceivedMs: 60_000,
    bytesAcked: 0,
    bytesReceived: 19,
    bytesSent: 0,
    ...changes,
  };
}

/** A connection of the server on 10.0.0.1:8080 in CLOSE-WAIT with everything unread. */
export function sampleSocket(changes: Partial<SocketFacts> = {}): SocketFacts {
  return {
    state: 'CLOSE-WAIT',
    family: 'ipv4',
    local: { address: '10.0.0.1', port: 8080 },
    remote: { address: '10.0.0.2', port: 50_000 },
    netns: NETNS,
    uid: 1000,
    inode: 700,
    cookie: 41n,
    rxQueueBytes: 19,
    txQueueBytes: 0,
    timer: { kind: 'none', expiresMs: 0, retransmits: 0 },
    info: known(sampleInfo()),
    memory: unknown('not-asked', 'a sample'),
    ...changes,
  };
}

/** The listener of {@link sampleSocket}, with `waiting` connections in its accept queue of 128. */
export function sampleListener(changes: Partial<SocketFacts> = {}, waiting = 0): SocketFacts {
  return sampleSocket({
    state: 'LISTEN',
    local: { address: '0.0.0.0', port: 8080 },
    remote: { address: '0.0.0.0', port: 0 },
    inode: 600,
    cookie: 40n,
    rxQueueBytes: waiting,
    txQueueBytes: 128,
    info: unknown('not-asked', 'a sample'),
    ...changes,
  });
}

/** Process 4121, `java`, of a systemd unit, with 61 of 1,024 descriptors open. */
export function sampleProcess(changes: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid: 4121,
    name: known('java'),
    exe: known('/usr/bin/java'),
    commandLine: known(['java', '-jar', 'orders.jar']),
    uid: known(1000),
    parentPid: known(1),
    state: known('S'),
    threads: known(30),
    startedAtMs: known(1_700_000_000_000),
    cgroup: known('/system.slice/orders.service'),
    unit: known('orders.service'),
    container: known(null),
    netns: known(NETNS),
    descriptors: known({ open: 61, softLimit: 1024, hardLimit: 4096 }),
    ...changes,
  };
}

/** A thread that waits in `epoll_wait` on descriptor 5 and did not run for a minute. */
export function sampleThread(changes: Partial<ThreadFacts> = {}): ThreadFacts {
  return {
    tid: 4121,
    name: 'java',
    state: 'S',
    doing: known(sampleCall('epoll_wait', { descriptor: 5, target: 'anon_inode:[eventpoll]' })),
    wchan: known('ep_poll'),
    busyShare: known(0),
    systemShare: unknown('not-asked', 'it did not run'),
    steady: known(true),
    idleMs: known(60_000),
    ...changes,
  };
}

/** A system call that a thread is in; its first argument is the descriptor, where it has one. */
export function sampleCall(
  name: string | null,
  {
    descriptor = null,
    target,
    args = [],
  }: { readonly descriptor?: number | null; readonly target?: string; readonly args?: readonly bigint[] } = {},
): ThreadDoing {
  return {
    kind: 'in-call',
    call: {
      name,
      number: 0,
      args: args.length > 0 ? args : [BigInt(descriptor ?? 0)],
      descriptor,
      target: target === undefined ? unknown('not-asked', 'no descriptor') : known(target),
    },
  };
}

/** What process 4121 did between two looks: its one thread polls an epoll instance. */
function sampleActivity(changes: Partial<ProcessActivity> = {}): ProcessActivity {
  const threads = changes.threads ?? [sampleThread()];
  return {
    pid: 4121,
    threads,
    threadCount: threads.length,
    runtime: known('jvm'),
    frozen: known(false),
    epolls: known([{ tid: 4121, fd: 5, watches: 3 }]),
    usesIoUring: known(false),
    closeOnExec: new Map(),
    openLater: known(61),
    ...changes,
  };
}

/** A watch of process 4121's epoll instance, level-triggered for IN unless said otherwise. */
export function sampleInterest(events: Partial<EventInterest> = {}, mask = 0x19): Interest {
  const none = { in: false, out: false, rdhup: false, et: false, oneshot: false, fired: false };
  const asked = Object.keys(events).length === 0 ? { in: true } : events;
  return { pid: 4121, tid: 4121, epollFd: 5, mask, events: { ...none, ...asked } };
}

/** What a test says about the close look; the rest is calm. */
export interface SampleCloseLook extends Partial<Omit<CloseLook, 'activities'>> {
  /** Of process 4121. */
  readonly activity?: Partial<ProcessActivity>;
}

/** A close look at process 4121, half a second long. */
export function sampleCloseLook({ activity = {}, ...changes }: SampleCloseLook = {}): CloseLook {
  const one = sampleActivity(activity);
  return {
    windowMs: 500,
    socketWindowMs: 500,
    activities: new Map([[one.pid, one]]),
    interests: new Map(),
    moved: new Set(),
    departed: [],
    arrived: [],
    congested: [],
    hidden: { registered: new Map(), inFlight: [], keepers: unknown('not-asked', 'BPF is switched off') },
    ...changes,
  };
}

/** What a test says about a look; the rest is calm. */
export interface SampleLook {
  readonly sockets?: readonly SocketFacts[];
  readonly listeners?: readonly SocketFacts[];
  readonly holders?: readonly (readonly [inode: number, holder: Holder])[];
  readonly processes?: readonly ProcessFacts[];
  readonly closed?: Facts['closed'];
  readonly closeLook?: Facts['closeLook'];
  readonly unseen?: Facts['unseen'];
}

/** One look at a host. */
export function sampleFacts(look: SampleLook = {}): Facts {
  const holders = new Map<number, Holder[]>();
  for (const [inode, holder] of look.holders ?? []) holders.set(inode, [...(holders.get(inode) ?? []), holder]);
  return {
    takenAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    host: { name: 'api-7', kernel: '6.8.0', bootId: '00000000-0000-4000-8000-000000000000' },
    namespaces: [{ inode: NETNS, path: '/proc/self/ns/net', sockets: known(look.sockets?.length ?? 0) }],
    countByState: {},
    sockets: look.sockets ?? [],
    listeners: look.listeners ?? [],
    holders,
    processes: new Map((look.processes ?? []).map((process) => [process.pid, process])),
    closed: look.closed ?? [],
    closeLook: look.closeLook ?? null,
    readers: [],
    unseen: look.unseen ?? [],
  };
}
