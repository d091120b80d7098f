import type { ReportFinding } from '@closewait/core/report';
import type { HostLook, ProcessRow } from '../../packages/closewait/src/tui/model/host-look.ts';

/** Input for the tests of the screens: plain values that a test changes. */

export const LOOKED_AT_MS: number = Date.UTC(2026, 10, 22, 14, 2, 30);

export function sampleFinding(change: Partial<ReportFinding> = {}): ReportFinding {
  return {
    id: 'f1',
    cause: 'descriptor-leaked',
    confidence: 'likely',
    severity: 'leak',
    title: '52 connections were left open: nobody reads them.',
    process: null,
    listener: null,
    count: 52,
    oldestAgeMs: 60_000,
    oldestAgeIs: 'exact',
    newestAgeMs: 1000,
    parts: [],
    because: null,
    victims: [],
    growth: null,
    growthPerMin: null,
    exhaustionAt: null,
    exhaustionEarliestAt: null,
    exhaustionLatestAt: null,
    peers: [],
    peerCount: 0,
    localPorts: [{ port: 8080, count: 52 }],
    remotePorts: [],
    evidence: [{ id: 'not-watched', says: 'no epoll instance of the process watches them', value: 52 }],
    against: [],
    missing: [],
    alternatives: [],
    remedies: [
      {
        id: 'destroy',
        command: 'closewait close pid:17 cause:descriptor-leaked --with destroy',
        does: 'ends the connections in the kernel: the peer is free',
        frees: { connection: true, descriptor: false, worker: false },
        risk: 'the descriptor stays open',
        peerSees: 'a reset',
      },
      {
        id: 'restart',
        command: 'systemctl restart orders.service',
        does: 'restart the program',
        frees: { connection: true, descriptor: true, worker: true },
        risk: 'requests in progress are lost',
        peerSees: 'a FIN',
      },
    ],
    codeFix: 'Close on every way out.',
    docs: 'docs/causes/descriptor-leaked.md',
    connections: [],
    closed: [],
    ...change,
  };
}

/** `key` is the pid, unless a test says otherwise. */
export function sampleRow(pid: number, change: Partial<ProcessRow> = {}): ProcessRow {
  return {
    key: String(pid),
    pid,
    name: `server-${pid}`,
    place: null,
    unit: null,
    container: null,
    stuck: 10,
    closed: 0,
    count: 10,
    perMin: null,
    oldestMs: 5000,
    oldestIs: 'exact',
    verdict: { cause: 'descriptor-leaked', confidence: 'likely', severity: 'leak' },
    ports: [8080],
    descriptors: { open: 20, limit: 1024 },
    full: null,
    causes: ['descriptor-leaked'],
    findings: [sampleFinding()],
    moreFindings: 0,
    ...change,
  };
}

export function sampleLook(rows: readonly ProcessRow[], change: Partial<HostLook> = {}): HostLook {
  return {
    takenAtMs: LOOKED_AT_MS,
    host: 'api-7',
    kernel: '6.18',
    sockets: 4000,
    namespaces: 1,
    passing: 0,
    tookMs: 312,
    unseen: [],
    rows,
    ...change,
  };
}
