import { describe, expect, it } from 'vitest';
import { sampleCall, sampleCloseLook, sampleInfo, sampleThread } from '../../../../test/support/sample-facts.ts';
import {
  RESTART,
  sampleConnection,
  sampleDiagnosis,
  sampleFacts,
  sampleFinding,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-report.ts';
import type { Finding } from '../diagnose/index.ts';
import { type CloseLook, known } from '../facts/index.ts';
import { buildExplanation } from './build-explanation.ts';
import type { ExplainedFinding } from './explain-document.ts';
import { explanationSchema } from './schema.ts';
import { removeStyle } from './style.ts';
import { formatExplanation } from './text-explain.ts';
import type { TextReportOptions } from './text-report.ts';

const SERVER = sampleProcess({ descriptors: known({ open: 664, softLimit: 1024, hardLimit: 1024 }) });
const CLIENT = sampleProcess({ pid: 991, name: known('curl\u001b[2J'), unit: known(null) });
const STUCK = sampleSocket({
  inode: 88_123,
  rxQueueBytes: 1,
  info: known(
    sampleInfo({
      bytesReceived: 81,
      bytesSent: 300,
      bytesAcked: 300,
      lastAckReceivedMs: 1_260_000,
      lastDataSentMs: 1_261_000,
    }),
  ),
});
const PEER = sampleSocket({
  state: 'FIN-WAIT-2',
  inode: 88_124,
  cookie: 5122n,
  local: STUCK.remote,
  remote: STUCK.local,
});
const LISTENER = sampleSocket({ state: 'LISTEN', inode: 600, remote: { address: '0.0.0.0', port: 0 } });

const FINDING = sampleFinding({
  id: 'worker-stuck/4121',
  cause: 'worker-stuck',
  confidence: 'likely',
  title: 'All 3 workers wait for one lock.',
  process: SERVER,
  listener: LISTENER,
  connections: [sampleConnection({ socket: STUCK })],
  parts: [
    { says: 'in service, FIN unread', count: 1 },
    { says: 'behind them', count: 1180 },
  ],
  victims: [{ cause: 'never-accepted', count: 980 }],
  growth: { perMin: 60, lowPerMin: 45, highPerMin: 72, over: 'ages', windowMs: 600_000 },
  evidence: [{ id: 'lock', says: '3 threads wait for one lock', value: 3, from: '/proc/4121/task/*/syscall' }],
  alternatives: [{ cause: 'descriptor-leaked', confidence: 'possible' }],
  remedies: [RESTART],
});

const worker = (tid: number) =>
  sampleThread({
    tid,
    name: `worker-${tid}`,
    doing: known(sampleCall('futex', { args: [0x7f3a10n] })),
    idleMs: known(1_260_000 + tid),
  });

const LOOK: CloseLook = sampleCloseLook({
  activity: {
    threads: [
      sampleThread({ name: 'main', doing: known(sampleCall('accept4', { descriptor: 3, target: 'socket:[600]' })) }),
      ...[1, 2, 3].map(worker),
      sampleThread({
        tid: 9,
        name: 'gc',
        state: 'R',
        doing: known({ kind: 'running' }),
        busyShare: known(0.981),
        idleMs: known(0),
      }),
    ],
    threadCount: 214,
    closeOnExec: new Map([[7, false]]),
  },
});

const FACTS = sampleFacts({
  sockets: [STUCK, PEER],
  listeners: [LISTENER],
  holders: new Map([
    [600, [{ pid: 4121, tid: 4121, fd: 3 }]],
    [88_123, [{ pid: 4121, tid: 4121, fd: 7 }]],
    [88_124, [{ pid: 991, tid: 991, fd: 5 }]],
  ]),
  processes: new Map([
    [4121, SERVER],
    [991, CLIENT],
  ]),
  closeLook: LOOK,
});

/** What a cause says in general has its own tests: here it is always the same. */
function settle(finding: ExplainedFinding): ExplainedFinding {
  return {
    ...finding,
    explanation: 'How it comes to this.',
    others: finding.others.map((other) => ({ ...other, summary: 'The program has forgotten the descriptor.' })),
    codeFixes: [
      { language: 'java', says: 'Give tryLock a time.' },
      { language: 'c', says: 'Use pthread_mutex_timedlock.' },
    ],
  };
}

function print(findings: readonly Finding[], options: Partial<TextReportOptions> = {}): string {
  const document = buildExplanation(FACTS, sampleDiagnosis(findings), { showArguments: false });
  return formatExplanation(
    { ...document, findings: document.findings.map(settle) },
    { version: '0.1.0', colour: false, width: 80, minAgeMs: 1000, ...options },
  );
}

describe('formatExplanation', () => {
  it('tells everything of a finding, 80 columns wide', () => {
    expect(print([FINDING])).toMatchInlineSnapshot(`
      "closewait 0.1.0   api-7   Linux 6.8.0-45-generic
      48,213 TCP sockets in 2 namespaces, looked at twice in 1.2 s

      1 connection is stuck in CLOSE-WAIT, in 1 process, for 21 min.

      java  pid 4121  orders.service
        1 stuck   664 of 1,024 descriptors, full in about 6 min (5 to 8)
        /usr/bin/java … (4 arguments)

        worker-stuck, likely  All 3 workers wait for one lock.
          10.0.4.2:8080 with 10.0.3.7:50112, since 13:41 UTC (for 21 min)
          rate     45 to 72 more a minute (95 %), by the ages of the last 10 min
          parts        1  in service, FIN unread
                   1,180  behind them
          root of  980 more connections queue behind (never-accepted)

          How it comes to this.

        Evidence
          for      3 threads wait for one lock
                     read from /proc/4121/task/*/syscall
          against  nothing
          missing  nothing
          or       descriptor-leaked, possible: The program has forgotten the
                   descriptor.
                   What tells them apart: closewait explain cause:descriptor-leaked

        The connection: 10.0.4.2:8080 with 10.0.3.7:50112
          curl\\x1b[2J 991               kernel                        java 4121
          FIN-WAIT-2                    CLOSE-WAIT                    descriptor 7
          |                             |                             |
          |---- 80 bytes -------------->|                             |
          |                             |---- reads 80 bytes -------->|
          |<--- 300 bytes --------------|                             |
          |---- FIN ------------------->|  13:41:30 UTC               |
          |<--- ACK of the FIN ---------|                             |
          |                             |- - FIN, unread - - - - - - >|
          |                             |<- - close - - - - - - - - - |  owed
          |<- - FIN - - - - - - - - - - |                             |  owed
          peer     FIN-WAIT-2, held by curl\\x1b[2J 991, descriptor 5: it waits for the
                   FIN of this side
          epoll    not watched: no event loop of its holders is told of data or of the
                   FIN
          held by  java 4121, descriptor 7, passed on by exec

        What to do now
          systemctl restart orders.service
            ends the process: the kernel closes all of its descriptors
            frees      the connection, descriptor and worker
            risk       requests in progress are lost
            peer sees  FIN or RST

        What to change in the program
          Never block the loop that accepts: hand each connection to a worker and
          accept again at once.
          Java     Give tryLock a time.
          C        Use pthread_mutex_timedlock.

          The whole page: closewait explain cause:worker-stuck

        214 threads of the process, 5 were looked at, runtime jvm
          COUNT   TID  NAME      S   CPU     FOR  DOES
              3     1  worker-#  S   0 %  21 min  waits for another thread
                                                  (futex 0x7f3a10)
              1     9  gc        R  98 %          runs
              1  4121  main      S   0 %   1 min  accept on descriptor 3 (:8080)
      "
    `);
  });

  it('tells of a connection that nobody accepted, and of a peer that is not here', () => {
    const socket = sampleSocket({
      inode: 0,
      remote: { address: '127.0.0.1', port: 9 },
      info: known(sampleInfo({ bytesReceived: 81 })),
    });
    const connection = sampleConnection({ socket, holders: [], age: { ms: 90_000_000, is: 'at-least' } });
    const text = print([{ ...FINDING, growth: null, parts: [], victims: [], connections: [connection] }]);
    expect(text.slice(text.indexOf('  The connection'), text.indexOf('  What to do'))).toMatchInlineSnapshot(`
      "  The connection: 10.0.4.2:8080 with 127.0.0.1:9
          peer                          kernel                        java 4121
                                        CLOSE-WAIT                    not accepted
          |                             |                             |
          |---- 80 bytes -------------->|                             |
          |---- FIN ------------------->|  Nov 21 13:02 UTC or before |
          |<--- ACK of the FIN ---------|                             |
          |                             |- - 80 B + FIN, unread - - ->|
          |                             |<- - accept - - - - - - - - -|  owed
          |                             |<- - close - - - - - - - - - |  owed
          |<- - FIN - - - - - - - - - - |                             |  owed
          peer     closed: no process holds the other end any more
          queue of java 4121, descriptor 3

      "
    `);
  });

  it('writes the sequence as lines where a picture has no room', () => {
    const text = print([FINDING], { width: 60 });
    expect(text).toContain('    peer --> kernel: FIN (13:41:30 UTC)\n');
    expect(text).toContain('    program - > kernel: close\n');
  });

  it('keeps prose within the width', () => {
    for (const width of [60, 80, 100, 120]) {
      const lines = print([FINDING], { width }).split('\n');
      expect(lines.filter((line) => line.length > width && !line.includes('closewait explain'))).toEqual([]);
    }
  });

  it('differs in colour by nothing but colour', () => {
    const coloured = print([FINDING], { colour: true });
    expect(coloured).toContain('\u001b[1mEvidence\u001b[0m');
    expect(removeStyle(coloured)).toBe(print([FINDING]));
  });

  it('is calm about what is harmless, and does not call what is in use stuck', () => {
    const benign = { severity: 'benign', growth: null, parts: [], victims: [] } as const;
    expect(print([{ ...FINDING, ...benign, cause: 'idle-pool' }])).toContain('wait for one lock. Harmless.');
    const used = print([{ ...FINDING, ...benign, cause: 'half-close-in-use' }]);
    expect(used).toContain('1 connection is half-closed by the peer and in use.');
    expect(used).not.toContain('stuck in CLOSE-WAIT');
  });

  it('gives the fix for the language of the process first', () => {
    const document = buildExplanation(FACTS, sampleDiagnosis([FINDING]), { showArguments: false });
    const [finding] = document.findings;
    expect(finding?.threads?.runtime).toBe('jvm');
    expect(finding?.codeFixes[0]?.language).toBe('java');
    expect(finding?.explanation).not.toBe('');
  });

  it('is a document of its schema', () => {
    const document = buildExplanation(FACTS, sampleDiagnosis([FINDING, { ...FINDING, connections: [] }]), {
      showArguments: true,
    });
    const parsed: unknown = JSON.parse(JSON.stringify(document));
    expect(explanationSchema.parse(parsed)).toEqual(parsed);
  });
});
