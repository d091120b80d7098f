import type { Diagnosis, Finding, Remedy, StuckConnection } from '@closewait/core/diagnose';
import { type Facts, known, type ProcessFacts, type SocketFacts } from '@closewait/core/facts';
import { sampleProcess as anyProcess, sampleSocket as anySocket, sampleInfo } from './sample-facts.ts';

/** Input for the tests of reports: an incident with a plain value of each kind, and what a test says about it. */

export const TAKEN_AT_MS: number = Date.UTC(2026, 10, 22, 14, 2, 30);

export function sampleSocket(change: Partial<SocketFacts> = {}): SocketFacts {
  const lastMs = 1_260_000;
  return anySocket({
    local: { address: '10.0.4.2', port: 8080 },
    remote: { address: '10.0.3.7', port: 50_112 },
    netns: 4_026_531_840,
    inode: 88_123,
    cookie: 5121n,
    rxQueueBytes: 81,
    info: known(
      sampleInfo({
        roundTripTimeUs: 61,
        lastDataSentMs: lastMs,
        lastDataReceivedMs: lastMs,
        lastAckReceivedMs: lastMs,
        bytesReceived: 81,
      }),
    ),
    ...change,
  });
}

export function sampleConnection(change: Partial<StuckConnection> = {}): StuckConnection {
  return {
    socket: sampleSocket(),
    holders: [{ pid: 4121, tid: 4121, fd: 7 }],
    age: { ms: 1_260_000, is: 'exact' },
    ...change,
  };
}

/** As many connections of one server, from two peers, a second apart. */
export function sampleConnections(
  count: number,
  oldestMs: number,
  change: Partial<SocketFacts> = {},
): StuckConnection[] {
  return Array.from({ length: count }, (_, index) =>
    sampleConnection({
      socket: sampleSocket({
        inode: 88_000 + index,
        remote: { address: index % 4 === 0 ? '10.0.4.17' : '::ffff:10.0.3.7', port: 40_000 + index },
        ...change,
      }),
      age: { ms: oldestMs - index * 1000, is: 'exact' },
    }),
  );
}

export function sampleProcess(change: Partial<ProcessFacts> = {}): ProcessFacts {
  return anyProcess({
    exe: known('/usr/lib/jvm/java-17/bin/java'),
    commandLine: known(['/usr/bin/java', '-Xmx2g', '-jar', 'orders.jar', '--token=secret']),
    threads: known(214),
    startedAtMs: known(TAKEN_AT_MS - 86_400_000),
    netns: known(4_026_531_840),
    descriptors: known({ open: 4012, softLimit: 4096, hardLimit: 524_288 }),
    ...change,
  });
}

export const RESTART: Remedy = {
  id: 'restart',
  command: 'systemctl restart orders.service',
  does: 'ends the process: the kernel closes all of its descriptors',
  frees: { connection: true, descriptor: true, worker: true },
  risk: 'requests in progress are lost',
  peerSees: 'FIN or RST',
};

const RAISE_LIMIT: Remedy = {
  id: 'raise-limit',
  command: 'prlimit --pid 4121 --nofile=16384:',
  does: 'raises the limit of 4096 descriptors at once',
  frees: { connection: false, descriptor: false, worker: false },
  risk: 'buys time only',
  peerSees: 'nothing',
};

export function sampleFinding(change: Partial<Finding> = {}): Finding {
  return {
    id: 'never-accepted/4121:8080',
    cause: 'never-accepted',
    confidence: 'certain',
    severity: 'stall',
    title: '21 connections wait in the accept queue; their peers gave up before the program called accept.',
    process: sampleProcess(),
    listener: sampleSocket({ state: 'LISTEN', rxQueueBytes: 21, txQueueBytes: 20 }),
    connections: sampleConnections(21, 1_260_000),
    closed: [],
    parts: [],
    because: null,
    victims: [],
    growth: null,
    evidence: [
      {
        id: 'no-file',
        says: 'no file exists for these sockets (inode 0): accept was never called for them',
        value: 21,
      },
      {
        id: 'accept-queue-full',
        says: '21 wait in the accept queue of 10.0.4.2:8080, backlog 20: full, new connections are dropped',
        value: 21,
      },
    ],
    against: [],
    missing: [],
    alternatives: [],
    remedies: [RAISE_LIMIT, RESTART],
    codeFix: 'Never block the loop that accepts: hand each connection to a worker and accept again at once.',
    docs: 'docs/causes/never-accepted.md',
    ...change,
  };
}

export function sampleFacts(change: Partial<Facts> = {}): Facts {
  return {
    takenAtMs: TAKEN_AT_MS,
    host: { name: 'api-7', kernel: '6.8.0-45-generic', bootId: '5f9b1c9e-9d0b-4a57-8f5c-0d0c4be1a6d2' },
    namespaces: [
      { inode: 4_026_531_840, path: '/proc/1/ns/net', sockets: known(48_000) },
      { inode: 4_026_532_201, path: '/run/netns/blue', sockets: known(213) },
    ],
    countByState: { ESTABLISHED: 46_900, LISTEN: 109, 'CLOSE-WAIT': 1204 },
    sockets: [],
    listeners: [],
    holders: new Map(),
    processes: new Map(),
    closed: [],
    closeLook: null,
    readers: [
      { name: 'sock_diag', ok: true, ms: 412.4 },
      { name: 'descriptors', ok: true, ms: 290.1 },
    ],
    unseen: [],
    ...change,
  };
}

/** A diagnosis that consists of these findings and of what is passing through. */
export function sampleDiagnosis(findings: readonly Finding[], passing = 0): Diagnosis {
  const reported = findings.reduce((sum, { connections }) => sum + connections.length, 0);
  return { findings, closeWait: reported + passing, passing, descriptors: new Map() };
}
