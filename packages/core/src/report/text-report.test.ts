import { describe, expect, it } from 'vitest';
import { sampleCloseLook } from '../../../../test/support/sample-facts.ts';
import {
  RESTART,
  sampleConnection,
  sampleConnections,
  sampleDiagnosis,
  sampleFacts,
  sampleFinding,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-report.ts';
import type { Finding } from '../diagnose/index.ts';
import { type Facts, known, unknown } from '../facts/index.ts';
import { buildReport } from './build-report.ts';
import { removeStyle } from './style.ts';
import { formatReport, type TextReportOptions } from './text-report.ts';

interface Scene {
  readonly findings?: readonly Finding[];
  readonly facts?: Partial<Facts>;
  readonly passing?: number;
  readonly showArguments?: boolean;
  readonly options?: Partial<TextReportOptions>;
}

function print({ findings = [], facts = {}, passing = 0, showArguments = false, options = {} }: Scene): string {
  const report = buildReport(sampleFacts(facts), sampleDiagnosis(findings, passing), { showArguments });
  return formatReport(report, { version: '0.1.0', colour: false, width: 80, minAgeMs: 1000, ...options });
}

const IDLE_PYTHON = sampleProcess({
  pid: 991,
  name: known('python3'),
  exe: known('/usr/bin/python3.11'),
  commandLine: known(['python3', 'report.py']),
  unit: known(null),
  container: known({ runtime: 'docker', id: '0123456789abcdef'.repeat(4) }),
  descriptors: known({ open: 61, softLimit: 1024, hardLimit: 4096 }),
});

const CLIENT = sampleFinding({
  cause: 'undetermined',
  confidence: 'possible',
  severity: 'leak',
  title: "24 connections have the peer's FIN and were not closed; what is known does not decide why.",
  process: IDLE_PYTHON,
  listener: null,
  connections: Array.from({ length: 24 }, (_, index) =>
    sampleConnection({
      socket: sampleSocket({
        local: { address: '10.0.4.2', port: 33_000 + index },
        remote: { address: '10.0.9.2', port: 443 },
      }),
      age: { ms: 11_520_000 + index, is: 'at-least' },
    }),
  ),
  evidence: [{ id: 'fin-unread', says: 'all 24 connections of which everything but the FIN was read', value: 24 }],
  missing: [
    { id: 'threads', why: 'what the threads wait for was not looked at', hint: 'grep -H . /proc/991/task/*/wchan' },
  ],
  remedies: [{ ...RESTART, command: 'docker restart 0123456789ab' }],
  codeFix: 'Close when read returns 0.',
  docs: 'docs/causes/undetermined.md',
});

const CLOSED = sampleFinding({
  cause: 'closed-but-held',
  severity: 'leak',
  title: '9 connections are closed in the kernel, their descriptors are still open.',
  listener: null,
  connections: [],
  closed: Array.from({ length: 9 }, (_, index) => ({
    inode: 700 + index,
    holders: [{ pid: 4121, tid: 4121, fd: 12 + index }],
    protocol: 'TCP',
    info: unknown('denied', 'pidfd_getfd: EPERM'),
  })),
  evidence: [{ id: 'not-in-sock-diag', says: 'sock_diag does not list them', value: 9 }],
  missing: [{ id: 'tcp-info', why: '9 sockets could not be asked', hint: null }],
  alternatives: [{ cause: 'undetermined', confidence: 'possible' }],
  against: [{ id: 'young', says: 'the process is young', value: true }],
  codeFix: 'Close on every error.',
  docs: 'docs/causes/closed-but-held.md',
});

describe('formatReport', () => {
  it('says in one calm sentence that nothing is stuck, and of how much that is true', () => {
    expect(print({})).toMatchInlineSnapshot(`
      "Nothing is stuck in CLOSE-WAIT: 48,213 TCP sockets in 2 namespaces looked at in
      702 ms. To see it happen: closewait demo
      "
    `);
  });

  it('says only of what was seen that nothing is stuck', () => {
    const problem = unknown('denied', 'open /proc/1/fd: EACCES', 'run as root to see them');
    const text = print({ facts: { unseen: [{ what: 'descriptor tables of 12 processes', problem }] }, passing: 7 });
    expect(text).toMatchInlineSnapshot(`
      "Nothing seen is stuck in CLOSE-WAIT: 48,213 TCP sockets in 2 namespaces looked
      at in 702 ms. To see it happen: closewait demo
      7 younger than 1 s are passing through.
      Not seen: descriptor tables of 12 processes (open /proc/1/fd: EACCES); run as
                root to see them.
      "
    `);
  });

  it('tells a process that does not accept, with the queue of its listener', () => {
    expect(print({ findings: [sampleFinding()] })).toMatchInlineSnapshot(`
      "closewait 0.1.0   api-7   Linux 6.8.0-45-generic
      48,213 TCP sockets in 2 namespaces, looked at in 702 ms

      21 connections are stuck in CLOSE-WAIT, in 1 process, the oldest for 21 min.

      java  pid 4121  orders.service      21 stuck   4,012 of 4,096 descriptors (97 %)
        /usr/bin/java … (4 arguments)
        never-accepted, certain  21 connections wait in the accept queue; their peers
          gave up before the program called accept.
          on :8080, the oldest since 13:41 UTC (for 21 min); from 10.0.3.7 (15) and
          10.0.4.17 (6)
          why      no file exists for these sockets (inode 0): accept was never called
                   for them
                   21 wait in the accept queue of 10.0.4.2:8080, backlog 20: full, new
                   connections are dropped
          now      prlimit --pid 4121 --nofile=16384:
                     raises the limit of 4096 descriptors at once; frees nothing;
                     risk: buys time only
                   systemctl restart orders.service
                     ends the process: the kernel closes all of its descriptors; frees
                     the connection, descriptor and worker; risk: requests in progress
                     are lost
          code     Never block the loop that accepts: hand each connection to a worker
                   and accept again at once. docs/causes/never-accepted.md
      "
    `);
  });

  it('puts the findings of a process under one head and does not repeat itself, 80 columns wide', () => {
    const findings = [sampleFinding(), CLIENT, CLOSED];
    expect(print({ findings, passing: 7 })).toMatchInlineSnapshot(`
      "closewait 0.1.0   api-7   Linux 6.8.0-45-generic
      48,213 TCP sockets in 2 namespaces, looked at in 702 ms

      45 connections are stuck in CLOSE-WAIT, in 2 processes, the oldest for at least
      3 h 12 min. 9 more are sockets that the kernel has closed and a process still
      holds.

      java  pid 4121  orders.service      30 stuck   4,012 of 4,096 descriptors (97 %)
        /usr/bin/java … (4 arguments)
        never-accepted, certain  21 connections wait in the accept queue; their peers
          gave up before the program called accept.
          on :8080, the oldest since 13:41 UTC (for 21 min); from 10.0.3.7 (15) and
          10.0.4.17 (6)
          why      no file exists for these sockets (inode 0): accept was never called
                   for them
                   21 wait in the accept queue of 10.0.4.2:8080, backlog 20: full, new
                   connections are dropped
          now      prlimit --pid 4121 --nofile=16384:
                     raises the limit of 4096 descriptors at once; frees nothing;
                     risk: buys time only
                   systemctl restart orders.service
                     ends the process: the kernel closes all of its descriptors; frees
                     the connection, descriptor and worker; risk: requests in progress
                     are lost
          code     Never block the loop that accepts: hand each connection to a worker
                   and accept again at once. docs/causes/never-accepted.md

        closed-but-held, certain  9 connections are closed in the kernel, their
          descriptors are still open.
          held as descriptors 12, 13, 14, 15, 16, 17 and 3 more
          why      sock_diag does not list them
          against  the process is young
          or       undetermined, possible
          missing  9 sockets could not be asked
          now      as above
          code     Close on every error. docs/causes/closed-but-held.md

      python3  pid 991  container docker:0123456789ab
        24 stuck   61 of 1,024 descriptors
        python3 … (1 argument)
        undetermined, possible  24 connections have the peer's FIN and were not
          closed; what is known does not decide why.
          to :443, the oldest since 10:50 UTC or earlier (for at least 3 h 12 min);
          with 10.0.9.2
          why      all 24 connections of which everything but the FIN was read
          missing  what the threads wait for was not looked at:
                   grep -H . /proc/991/task/*/wchan
          now      docker restart 0123456789ab
                     ends the process: the kernel closes all of its descriptors; frees
                     the connection, descriptor and worker; risk: requests in progress
                     are lost
          code     Close when read returns 0. docs/causes/undetermined.md

      7 younger than 1 s are passing through.
      "
    `);
  });

  it('uses the room of 120 columns', () => {
    const findings = [sampleFinding(), CLIENT, CLOSED];
    expect(print({ findings, options: { width: 120 } })).toMatchInlineSnapshot(`
      "closewait 0.1.0   api-7   Linux 6.8.0-45-generic   48,213 TCP sockets in 2 namespaces, looked at in 702 ms

      45 connections are stuck in CLOSE-WAIT, in 2 processes, the oldest for at least 3 h 12 min. 9 more are sockets that the
      kernel has closed and a process still holds.

      java  pid 4121  orders.service                                              30 stuck   4,012 of 4,096 descriptors (97 %)
        /usr/bin/java … (4 arguments)
        never-accepted, certain  21 connections wait in the accept queue; their peers gave up before the program called
                                 accept.
          on :8080, the oldest since 13:41 UTC (for 21 min); from 10.0.3.7 (15) and 10.0.4.17 (6)
          why      no file exists for these sockets (inode 0): accept was never called for them
                   21 wait in the accept queue of 10.0.4.2:8080, backlog 20: full, new connections are dropped
          now      prlimit --pid 4121 --nofile=16384:  raises the limit of 4096 descriptors at once; frees nothing; risk: buys
                                                       time only
                   systemctl restart orders.service    ends the process: the kernel closes all of its descriptors; frees the
                                                       connection, descriptor and worker; risk: requests in progress are lost
          code     Never block the loop that accepts: hand each connection to a worker and accept again at once.
                   docs/causes/never-accepted.md

        closed-but-held, certain  9 connections are closed in the kernel, their descriptors are still open.
          held as descriptors 12, 13, 14, 15, 16, 17 and 3 more
          why      sock_diag does not list them
          against  the process is young
          or       undetermined, possible
          missing  9 sockets could not be asked
          now      as above
          code     Close on every error. docs/causes/closed-but-held.md

      python3  pid 991  container docker:0123456789ab                                       24 stuck   61 of 1,024 descriptors
        python3 … (1 argument)
        undetermined, possible  24 connections have the peer's FIN and were not closed; what is known does not decide why.
          to :443, the oldest since 10:50 UTC or earlier (for at least 3 h 12 min); with 10.0.9.2
          why      all 24 connections of which everything but the FIN was read
          missing  what the threads wait for was not looked at: grep -H . /proc/991/task/*/wchan
          now      docker restart 0123456789ab  ends the process: the kernel closes all of its descriptors; frees the
                                                connection, descriptor and worker; risk: requests in progress are lost
          code     Close when read returns 0. docs/causes/undetermined.md
      "
    `);
  });

  it('reports sockets that the kernel has closed when nothing else is stuck', () => {
    expect(print({ findings: [CLOSED] }).split('\n')[3]).toMatchInlineSnapshot(
      `"9 are sockets that the kernel has closed and a process still holds, in"`,
    );
  });

  it('says that no holder was seen, and which reader did not work', () => {
    const problem = unknown('unsupported', 'bpf: ENOSYS');
    const slow = unknown('denied', 'open /proc/1/fd: EACCES');
    const orphan = sampleFinding({ process: null, connections: [sampleConnection({ holders: [] })], remedies: [] });
    // Without BPF descriptor tables tell the same: only what nobody told is missing.
    const readers = [
      { name: 'bpf', ok: false, ms: 0, problem },
      { name: 'descriptors', ok: false, ms: 1, problem: slow },
    ];
    expect(print({ findings: [orphan], facts: { readers } })).toMatchInlineSnapshot(`
      "closewait 0.1.0   api-7   Linux 6.8.0-45-generic
      48,213 TCP sockets in 2 namespaces, looked at in 1 ms

      1 connection is stuck in CLOSE-WAIT, in no process that was seen, for 21 min.

      no holder seen                                                           1 stuck
        never-accepted, certain  21 connections wait in the accept queue; their peers
          gave up before the program called accept.
          10.0.4.2:8080 with 10.0.3.7:50112, since 13:41 UTC (for 21 min)
          why      no file exists for these sockets (inode 0): accept was never called
                   for them
                   21 wait in the accept queue of 10.0.4.2:8080, backlog 20: full, new
                   connections are dropped
          code     Never block the loop that accepts: hand each connection to a worker
                   and accept again at once. docs/causes/never-accepted.md

      Not read: descriptors (open /proc/1/fd: EACCES).
      "
    `);
  });

  it('shows hostile names as text', () => {
    const process = sampleProcess({
      name: known('\u001b[2Jevil\n\u202e'),
      exe: unknown('denied', 'EACCES'),
      commandLine: known(['\u009b31m\r', 'x']),
      unit: known('a\tb.service'),
    });
    const finding = sampleFinding({
      process,
      title: 'a\u0007 title',
      evidence: [{ id: 'x', says: 'one\ntwo', value: null }],
      remedies: [{ ...RESTART, command: 'kill \u001b]0;x\u0007 \\1' }],
    });
    expect(
      print({ findings: [finding], facts: { host: { name: 'h\u0000', kernel: '6', bootId: '' } } }),
    ).toMatchInlineSnapshot(`
      "closewait 0.1.0   h\\x00   Linux 6
      48,213 TCP sockets in 2 namespaces, looked at in 702 ms

      21 connections are stuck in CLOSE-WAIT, in 1 process, the oldest for 21 min.

      \\x1b[2Jevil\\x0a\\u{202e}  pid 4121  a\\x09b.service
        21 stuck   4,012 of 4,096 descriptors (97 %)
        \\x9b31m\\x0d … (1 argument)
        never-accepted, certain  a\\x07 title
          on :8080, the oldest since 13:41 UTC (for 21 min); from 10.0.3.7 (15) and
          10.0.4.17 (6)
          why      one\\x0atwo
          now      kill \\x1b]0;x\\x07 \\1
                     ends the process: the kernel closes all of its descriptors; frees
                     the connection, descriptor and worker; risk: requests in progress
                     are lost
          code     Never block the loop that accepts: hand each connection to a worker
                   and accept again at once. docs/causes/never-accepted.md
      "
    `);
  });

  it('shows arguments only where the report has them', () => {
    expect(print({ findings: [sampleFinding()] })).not.toContain('secret');
    expect(print({ findings: [sampleFinding()], showArguments: true })).toContain('orders.jar --token=secret');
  });

  it('counts what the selection left out', () => {
    const report = buildReport(
      sampleFacts(),
      { ...sampleDiagnosis([sampleFinding()]), closeWait: 30, passing: 2 },
      { showArguments: false },
    );
    const text = formatReport(report, { version: '0.1.0', colour: false, width: 80, minAgeMs: 1000 });
    expect(text).toContain('2 younger than 1 s are passing through.\n7 more in CLOSE-WAIT were not asked for.\n');
  });

  it('differs in colour by nothing but colour', () => {
    const findings = [sampleFinding(), CLIENT, CLOSED];
    const coloured = print({ findings, options: { colour: true } });
    expect(coloured).toContain('\u001b[1;31m4,012 of 4,096 descriptors (97 %)\u001b[0m');
    expect(removeStyle(coloured)).toBe(print({ findings }));
  });

  it.each([40, 80, 100, 120])('breaks prose at %i columns', (width) => {
    const prose = { remedies: [], missing: [] };
    const findings = [sampleFinding(prose), { ...CLIENT, ...prose }, { ...CLOSED, ...prose }];
    const long = print({ findings, options: { width } })
      .split('\n')
      .filter((line) => [...line].length > width);
    expect(long).toEqual([]);
  });

  it('says "for" of an exact age and "for at least" of a lower bound', () => {
    const options = { width: 120 };
    const exact = sampleFinding({ connections: sampleConnections(1, 1_260_000) });
    const bound = sampleFinding({ connections: [sampleConnection({ age: { ms: 1_260_000, is: 'at-least' } })] });
    const unaged = sampleFinding({ connections: [sampleConnection({ age: { ms: null, is: 'at-least' } })] });
    expect(print({ findings: [exact], options })).toContain('since 13:41 UTC (for 21 min)');
    expect(print({ findings: [bound], options })).toContain('since 13:41 UTC or earlier (for at least 21 min)');
    expect(print({ findings: [unaged], options })).toContain('10.0.4.2:8080 with 10.0.3.7:50112, for an unknown time');
  });

  it('tells what grows, when the descriptors run out, what is the root and what queues behind it', () => {
    const process = sampleProcess({ descriptors: known({ open: 3736, softLimit: 4096, hardLimit: 4096 }) });
    const root = sampleFinding({
      id: 'root',
      cause: 'worker-stuck',
      title: 'All 200 workers wait for one lock.',
      process,
      connections: sampleConnections(200, 1_260_000, { rxQueueBytes: 1 }),
      parts: [
        { says: 'in service, FIN unread', count: 200 },
        { says: 'half-read', count: 4 },
      ],
      victims: [{ cause: 'never-accepted', count: 980 }],
      growth: { perMin: 60, lowPerMin: 45, highPerMin: 72, over: 'ages', windowMs: 600_000 },
      evidence: [],
      remedies: [],
    });
    const queued = sampleSocket({ inode: 0 });
    const victim = sampleFinding({
      id: 'victim',
      process,
      connections: [sampleConnection({ socket: queued, holders: [] })],
      because: 'root',
      growth: { perMin: 600, lowPerMin: 500, highPerMin: 700, over: 'ages', windowMs: 600_000 },
      evidence: [],
      remedies: [],
    });
    const text = print({ findings: [root, victim], facts: { closeLook: sampleCloseLook({ windowMs: 700 }) } });
    expect(text).toMatchInlineSnapshot(`
      "closewait 0.1.0   api-7   Linux 6.8.0-45-generic
      48,213 TCP sockets in 2 namespaces, looked at twice in 1.4 s

      201 connections are stuck in CLOSE-WAIT, in 1 process, the oldest for 21 min.

      java  pid 4121  orders.service
        201 stuck   3,736 of 4,096 descriptors, full in about 6 min (5 to 8)
        /usr/bin/java … (4 arguments)
        worker-stuck, certain  All 200 workers wait for one lock.
          on :8080, the oldest since 13:41 UTC (for 21 min), 60 more a minute; from
          10.0.3.7 (150) and 10.0.4.17 (50)
          parts    200  in service, FIN unread
                     4  half-read
          root of  980 more connections queue behind (never-accepted)
          code     Never block the loop that accepts: hand each connection to a worker
                   and accept again at once. docs/causes/never-accepted.md

        never-accepted, certain  21 connections wait in the accept queue; their peers
          gave up before the program called accept.
          10.0.4.2:8080 with 10.0.3.7:50112, since 13:41 UTC (for 21 min)
          root     worker-stuck
      "
    `);
  });

  it('calls what is harmless so, and what is in use not stuck', () => {
    const pool = { ...CLIENT, severity: 'benign', cause: 'idle-pool' } as const;
    const used = sampleFinding({
      severity: 'benign',
      cause: 'half-close-in-use',
      title: 'The peer has ended its sending and still receives.',
      connections: sampleConnections(3, 5000),
      evidence: [],
      remedies: [],
      codeFix: '',
    });
    expect(print({ findings: [pool] })).toContain('does not decide why. Harmless.');
    expect(print({ findings: [pool, used] })).toContain(
      '24 connections are stuck in CLOSE-WAIT, in 1 process, the oldest for at least\n3 h 12 min. 3 more are half-closed by the peer and in use.',
    );
    expect(print({ findings: [used] })).toMatchInlineSnapshot(`
      "Nothing is stuck in CLOSE-WAIT: 48,213 TCP sockets in 2 namespaces looked at in
      702 ms. To see it happen: closewait demo
      3 connections are half-closed by the peer and in use.

      java  pid 4121  orders.service      3 in use   4,012 of 4,096 descriptors (97 %)
        /usr/bin/java … (4 arguments)
        half-close-in-use, certain  The peer has ended its sending and still receives.
          Harmless.
          on :8080, the oldest since 14:02 UTC (for 5 s); from 10.0.3.7 (2) and
          10.0.4.17 (1)
      "
    `);
  });
});
