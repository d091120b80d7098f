import {
  type Facts,
  type Holder,
  known,
  type ProcessFacts,
  type SocketFacts,
  type TcpInfo,
  unknown,
} from '@closewait/core/facts';

const NETNS = 4_026_531_833;

/** A tcp_info of a connection whose peer sent 18 bytes and a FIN 60 s ago; nothing was read or sent. */
export function sampleInfo(changes: Partial<TcpInfo> = {}): TcpInfo {
  return {
    state: 'CLOSE-WAIT',
    probes: 0,
    backoff: 0,
    retransmitTimeoutUs: 204_000,
    roundTripTimeUs: 120,
    unackedSegments: 0,
    lastDataSentMs: 61_000,
    lastDataReceivedMs: 61_000,
    lastAckReceivedMs: 60_000,
    bytesAcked: 0n,
    bytesReceived: 19n,
    bytesSent: 0n,
    notSentBytes: 0,
    busyTimeUs: 0n,
    receiveWindowLimitedUs: 0n,
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
    cgroupId: known(1n),
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
