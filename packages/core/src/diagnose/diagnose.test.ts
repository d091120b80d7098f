import { describe, expect, it } from 'vitest';
import {
  sampleCloseLook,
  sampleFacts,
  sampleInfo,
  sampleListener,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-facts.ts';
import { CAUSE_IDS, type CloseLook, type Facts, known, type SocketFacts, unknown } from '../facts/index.ts';
import { CAUSES } from './causes/index.ts';
import { diagnose } from './diagnose.ts';

const MIN_AGE = { minAgeMs: 1000 };
const owner = { pid: 4121, tid: 4121, fd: 7 };

describe('the registry of causes', () => {
  it.each(CAUSE_IDS)('has %s under its own id', (id) => {
    expect(CAUSES[id].id).toBe(id);
  });
});

describe('diagnose', () => {
  it('finds nothing where nothing is in CLOSE-WAIT', () => {
    const facts = sampleFacts({ sockets: [sampleSocket({ state: 'ESTABLISHED' })] });
    expect(diagnose(facts, MIN_AGE)).toMatchObject({ findings: [], closeWait: 0, passing: 0 });
  });

  it('counts a connection younger than the minimum age as passing through and does not report it', () => {
    const young = sampleSocket({ info: known(sampleInfo({ lastAckReceivedMs: 999 })) });
    expect(diagnose(sampleFacts({ sockets: [young] }), MIN_AGE)).toMatchObject({
      findings: [],
      closeWait: 1,
      passing: 1,
    });
  });

  it('keeps what is held, what is sent and what waits to be accepted apart, by key', () => {
    const unsent = { inode: 701, txQueueBytes: 9, timer: { kind: 'persist', expiresMs: 1, retransmits: 0 } } as const;
    const facts = sampleFacts({
      sockets: [sampleSocket(), sampleSocket(unsent), sampleSocket({ inode: 0 })],
      listeners: [sampleListener()],
      holders: [
        [600, owner],
        [700, owner],
        [701, owner],
      ],
      processes: [sampleProcess()],
    });
    const ends = diagnose(facts, MIN_AGE).findings.map(({ id }) => id.slice(id.lastIndexOf('/') + 1));
    expect(ends.toSorted()).toEqual(['held', 'queued', 'sending']);
  });

  it('counts the descriptors of each process on connections in CLOSE-WAIT of any age', () => {
    const young = known(sampleInfo({ lastAckReceivedMs: 1 }));
    const facts = sampleFacts({
      sockets: [
        sampleSocket({ inode: 1 }),
        sampleSocket({ inode: 2, info: young }),
        sampleSocket({ inode: 3, state: 'ESTABLISHED' }),
        sampleSocket({ inode: 0 }),
      ],
      holders: [
        [1, owner],
        [1, { ...owner, fd: 8 }],
        [2, { ...owner, pid: 7 }],
        [3, owner],
      ],
    });
    expect(diagnose(facts, MIN_AGE).descriptors).toEqual(
      new Map([
        [owner.pid, 2],
        [7, 1],
      ]),
    );
  });

  it('reports a connection whose age is not known: it may be old', () => {
    const ageless = sampleSocket({ info: unknown('unsupported', 'no tcp_info') });
    expect(diagnose(sampleFacts({ sockets: [ageless] }), MIN_AGE).findings).toHaveLength(1);
  });

  it('makes one finding of the connections of one process and one listener', () => {
    const facts = sampleFacts({
      sockets: [sampleSocket(), sampleSocket({ inode: 701, cookie: 42n, remote: { address: '10.0.0.3', port: 1 } })],
      listeners: [sampleListener()],
      holders: [
        [600, { ...owner, fd: 3 }],
        [700, owner],
        [701, { ...owner, fd: 8 }],
      ],
      processes: [sampleProcess()],
    });
    const [finding, ...others] = diagnose(facts, MIN_AGE).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ cause: 'undetermined', confidence: 'possible', listener: { inode: 600 } });
    expect(finding?.connections).toHaveLength(2);
    expect(finding?.process?.pid).toBe(4121);
  });

  it('keeps the id of a finding when its connections change, and changes it with the process', () => {
    const idOf = (remotePort: number, startedAtMs: number): string | undefined => {
      const facts = sampleFacts({
        sockets: [sampleSocket({ remote: { address: '10.0.0.9', port: remotePort } })],
        listeners: [sampleListener()],
        holders: [[700, owner]],
        processes: [sampleProcess({ startedAtMs: known(startedAtMs) })],
      });
      return diagnose(facts, MIN_AGE).findings[0]?.id;
    };
    expect(idOf(1, 5)).toBe(idOf(2, 5));
    expect(idOf(1, 5)).not.toBe(idOf(1, 6));
  });

  it('groups the connections of a client by the peer, IPv4 and mapped as one', () => {
    const remote = { port: 443 };
    const facts = sampleFacts({
      sockets: [
        sampleSocket({ remote: { ...remote, address: '10.9.9.9' } }),
        sampleSocket({ inode: 701, family: 'ipv4-mapped', remote: { ...remote, address: '::ffff:10.9.9.9' } }),
      ],
      holders: [
        [700, owner],
        [701, owner],
      ],
      processes: [sampleProcess()],
    });
    expect(diagnose(facts, MIN_AGE).findings).toHaveLength(1);
  });

  it('narrows what is judged, and keeps the listener in sight', () => {
    const facts = sampleFacts({
      sockets: [sampleSocket(), sampleSocket({ inode: 701, cookie: 42n })],
      listeners: [sampleListener()],
      holders: [
        [700, owner],
        [701, owner],
      ],
      processes: [sampleProcess()],
    });
    const selects = (connection: { socket: { cookie: bigint } } | null): boolean => connection?.socket.cookie === 42n;
    const { findings, closeWait } = diagnose(facts, { ...MIN_AGE, selects });
    expect(closeWait).toBe(2);
    expect(findings[0]?.connections.map(({ socket }) => socket.cookie)).toEqual([42n]);
    expect(findings[0]?.listener?.inode).toBe(600);
  });
});

describe('never-accepted', () => {
  const queued = sampleSocket({ inode: 0 });

  it('is certain for a socket without a file whose listener shows it in its queue, and belongs to the listener', () => {
    const facts = sampleFacts({
      sockets: [queued],
      listeners: [sampleListener({}, 1)],
      holders: [[600, { ...owner, fd: 3 }]],
      processes: [sampleProcess()],
    });
    const [finding] = diagnose(facts, MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'never-accepted', confidence: 'certain', process: { pid: 4121 } });
    expect(finding?.evidence.map(({ id }) => id)).toContain('accept-queue');
  });

  it('is only likely when no queue shows it, and says so', () => {
    const facts = sampleFacts({ sockets: [queued], listeners: [sampleListener({}, 0)] });
    const [finding] = diagnose(facts, MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'never-accepted', confidence: 'likely' });
    expect(finding?.against.map(({ id }) => id)).toEqual(['accept-queue-empty']);
  });

  it('says that the listener is missing when there is none', () => {
    const [finding] = diagnose(sampleFacts({ sockets: [queued] }), MIN_AGE).findings;
    expect(finding?.missing.map(({ id }) => id)).toEqual(['listener']);
  });

  it('says that new connections are dropped when the queue holds more than the backlog', () => {
    const facts = sampleFacts({ sockets: [queued], listeners: [sampleListener({}, 129)] });
    expect(diagnose(facts, MIN_AGE).findings[0]?.evidence.map(({ id }) => id)).toContain('accept-queue-full');
  });

  it('gives way to the descriptor limit where that is reached: the program may call accept and fail', () => {
    const full = sampleProcess({ descriptors: known({ open: 1024, softLimit: 1024, hardLimit: 2048 }) });
    const facts = sampleFacts({
      sockets: [queued],
      listeners: [sampleListener({}, 1)],
      holders: [[600, owner]],
      processes: [full],
    });
    const [finding] = diagnose(facts, MIN_AGE).findings;
    expect(finding).toMatchObject({
      cause: 'descriptor-limit',
      confidence: 'likely',
      alternatives: [{ cause: 'never-accepted', confidence: 'possible' }],
    });
    expect(finding?.evidence.map(({ id }) => id)).toContain('descriptors-exhausted');
    expect(finding?.remedies.map(({ command }) => command)).toContain('prlimit --pid 4121 --nofile=2048:');
  });

  it('does not pick one of several listeners of a port as if it knew', () => {
    const listeners = [sampleListener({}, 1), sampleListener({ inode: 601, cookie: 39n }, 2)];
    const [finding] = diagnose(sampleFacts({ sockets: [queued], listeners }), MIN_AGE).findings;
    expect(finding?.missing.map(({ id }) => id)).toContain('which-listener');
  });
});

/** One connection of one process in a state of proc(5). */
function heldBy(state: string, socket: Partial<SocketFacts> = {}): Facts {
  return sampleFacts({
    sockets: [sampleSocket(socket)],
    holders: [[700, owner]],
    processes: [sampleProcess({ state: known(state) })],
  });
}

describe('process-stopped', () => {
  it('is certain for a process that a signal has stopped', () => {
    const [finding] = diagnose(heldBy('T'), MIN_AGE).findings;
    expect(finding).toMatchObject({
      cause: 'process-stopped',
      confidence: 'certain',
      remedies: [{ command: 'kill -CONT 4121' }, {}],
    });
  });

  it('is only likely under a debugger, which may hold one thread alone', () => {
    expect(diagnose(heldBy('t'), MIN_AGE).findings[0]).toMatchObject({
      cause: 'process-stopped',
      confidence: 'likely',
    });
  });

  it.each(['R', 'S', 'D', 'Z'])('says nothing about a process in state %s', (state) => {
    expect(diagnose(heldBy(state), MIN_AGE).findings[0]?.cause).toBe('undetermined');
  });

  it('needs every holder to be stopped: any of them could close its own descriptor', () => {
    const facts = sampleFacts({
      sockets: [sampleSocket()],
      holders: [
        [700, owner],
        [700, { pid: 9, tid: 9, fd: 4 }],
      ],
      processes: [sampleProcess({ state: known('T') }), sampleProcess({ pid: 9 })],
    });
    expect(diagnose(facts, MIN_AGE).findings[0]?.cause).toBe('undetermined');
  });

  it('comes before the accept queue: a stopped program cannot accept either', () => {
    const facts = sampleFacts({
      sockets: [sampleSocket({ inode: 0 })],
      listeners: [sampleListener({}, 1)],
      holders: [[600, owner]],
      processes: [sampleProcess({ state: known('T') })],
    });
    expect(diagnose(facts, MIN_AGE).findings[0]?.cause).toBe('process-stopped');
  });
});

describe('writer-blocked', () => {
  const blocked = (backoff: number): Facts =>
    heldBy('S', {
      txQueueBytes: 2_000_000,
      timer: { kind: 'persist', expiresMs: 900, retransmits: 0 },
      info: known(sampleInfo({ backoff, bytesSent: 4_000_000 })),
    });

  it('is likely when the window stays closed over several probes, never certain: nobody may be writing any more', () => {
    expect(diagnose(blocked(3), MIN_AGE).findings[0]).toMatchObject({ cause: 'writer-blocked', confidence: 'likely' });
  });

  it('is only possible while the window has been closed for a moment', () => {
    const [finding] = diagnose(blocked(1), MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'writer-blocked', confidence: 'possible' });
    expect(finding?.missing.map(({ id }) => id)).toContain('window');
  });

  it('says nothing about data that is merely on its way', () => {
    const timer = { kind: 'retransmit', expiresMs: 200, retransmits: 0 } as const;
    expect(diagnose(heldBy('S', { txQueueBytes: 100, timer }), MIN_AGE).findings[0]?.cause).toBe('undetermined');
  });
});

describe('half-closed-relay', () => {
  /** A connection that has received 18 bytes 60 s ago, and a socket in FIN-WAIT-2 of the same process. */
  const relay = (leg: { bytesSent: number; lastAckReceivedMs: number }, ageMs = 60_000): Facts =>
    sampleFacts({
      sockets: [
        sampleSocket({ rxQueueBytes: 0, info: known(sampleInfo({ lastAckReceivedMs: ageMs })) }),
        sampleSocket({ inode: 701, state: 'FIN-WAIT-2', info: known(sampleInfo({ ...leg, state: 'FIN-WAIT-2' })) }),
      ],
      holders: [
        [700, owner],
        [701, { ...owner, fd: 8 }],
      ],
      processes: [sampleProcess()],
    });
  const causeOf = (facts: Facts): string | undefined => diagnose(facts, MIN_AGE).findings[0]?.cause;

  it('is likely, never certain, for a partner of the same age that has sent what this one received', () => {
    const [finding] = diagnose(relay({ bytesSent: 18, lastAckReceivedMs: 59_000 }), MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'half-closed-relay', confidence: 'likely' });
  });

  it('is only possible in the first second, when most answers come', () => {
    const [finding] = diagnose(relay({ bytesSent: 18, lastAckReceivedMs: 900 }, 900), { minAgeMs: 0 }).findings;
    expect(finding).toMatchObject({ cause: 'half-closed-relay', confidence: 'possible' });
  });

  it('says nothing about a partner that sent something else, or that something still comes from', () => {
    expect(causeOf(relay({ bytesSent: 19, lastAckReceivedMs: 60_000 }))).toBe('undetermined');
    expect(causeOf(relay({ bytesSent: 18, lastAckReceivedMs: 5000 }))).toBe('undetermined');
  });

  it('does not take a socket in FIN-WAIT-2 for a stuck connection', () => {
    expect(diagnose(relay({ bytesSent: 1, lastAckReceivedMs: 1 }), MIN_AGE).closeWait).toBe(1);
  });
});

describe('holder-hidden', () => {
  it('is likely where a file exists and no descriptor table has it', () => {
    expect(diagnose(sampleFacts({ sockets: [sampleSocket()] }), MIN_AGE).findings[0]).toMatchObject({
      cause: 'holder-hidden',
      confidence: 'likely',
      missing: [{ id: 'where' }],
    });
  });

  const keptBy = (keeper: 'kernel' | 'file'): CloseLook => ({
    ...sampleCloseLook(),
    hidden: { registered: new Map(), inFlight: [], keepers: known(new Map([[sampleSocket().inode, keeper]])) },
  });

  it('is certain where the kernel marks the socket as its own', () => {
    const facts = { ...sampleFacts({ sockets: [sampleSocket()] }), closeLook: keptBy('kernel') };
    const [finding] = diagnose(facts, MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'holder-hidden', confidence: 'certain', missing: [] });
    expect(finding?.evidence.map(({ id }) => id).slice(0, 2)).toEqual(['file-without-descriptor', 'kernel-socket']);
  });

  it('stays likely where the socket is of a program, and does not suspect the kernel any more', () => {
    const facts = { ...sampleFacts({ sockets: [sampleSocket()] }), closeLook: keptBy('file') };
    const [finding] = diagnose(facts, MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'holder-hidden', confidence: 'likely' });
    expect(finding?.evidence.map(({ id }) => id).slice(0, 2)).toEqual(['file-without-descriptor', 'not-kernel']);
    expect(finding?.missing[0]?.why).not.toContain('kernel itself');
  });
});

describe('undetermined', () => {
  it('says that the holder was not found where something was denied', () => {
    const unseen = [{ what: 'descriptor tables of 3 processes', problem: unknown('denied', 'open: EACCES') }];
    const [finding] = diagnose(sampleFacts({ sockets: [sampleSocket()], unseen }), MIN_AGE).findings;
    expect(finding).toMatchObject({ cause: 'undetermined', missing: [{ id: 'holder', hint: 'run as root' }] });
  });

  it('never takes Recv-Q 0 for a read that returned 0', () => {
    const [finding] = diagnose(heldBy('S', { rxQueueBytes: 0 }), MIN_AGE).findings;
    expect(finding?.evidence.map(({ id }) => id)).toEqual(['fin-consumed', 'never-wrote']);
    expect(finding?.confidence).toBe('possible');
  });

  it.each([
    ['bytes-never-read', 19, 19],
    ['fin-unread', 1, 19],
    ['partly-read', 5, 19],
    ['fin-consumed', 0, 19],
    // A bare FIN: nothing else was ever sent.
    ['bytes-never-read', 1, 1],
  ] as const)('reads %s from Recv-Q %i of %i bytes received', (id, rxQueueBytes, bytesReceived) => {
    const facts = heldBy('S', { rxQueueBytes, info: known(sampleInfo({ bytesReceived })) });
    expect(diagnose(facts, MIN_AGE).findings[0]?.evidence[0]?.id).toBe(id);
  });

  it('names several holders, and takes the one with the listener for the owner', () => {
    const facts = sampleFacts({
      sockets: [sampleSocket()],
      listeners: [sampleListener()],
      holders: [
        [700, { pid: 9, tid: 9, fd: 4 }],
        [700, owner],
        [600, owner],
      ],
      processes: [sampleProcess(), sampleProcess({ pid: 9 })],
    });
    const [finding] = diagnose(facts, MIN_AGE).findings;
    expect(finding?.process?.pid).toBe(4121);
    expect(finding?.evidence.map(({ id }) => id)).toContain('several-holders');
  });
});

describe('closed-but-held', () => {
  const closed = {
    inode: 900,
    holders: [owner],
    protocol: 'TCP',
    info: known(sampleInfo({ state: 'CLOSED' })),
  } as const;

  it('is certain when tcp_info says that the connection is closed', () => {
    const facts = sampleFacts({ closed: [closed], processes: [sampleProcess()] });
    expect(diagnose(facts, MIN_AGE).findings[0]).toMatchObject({ cause: 'closed-but-held', confidence: 'certain' });
  });

  it('is only possible when tcp_info could not be asked: the socket may never have been connected', () => {
    const unasked = { ...closed, info: unknown('denied', 'pidfd_getfd: EPERM', 'run as root') };
    const [finding] = diagnose(sampleFacts({ closed: [unasked], processes: [sampleProcess()] }), MIN_AGE).findings;
    expect(finding).toMatchObject({ confidence: 'possible', missing: [{ id: 'tcp-info', hint: 'run as root' }] });
  });

  it('leaves out a connection that was alive within the minimum age: its owner may be about to close it', () => {
    const fresh = { ...closed, info: known(sampleInfo({ state: 'CLOSED', lastAckReceivedMs: 5 })) };
    expect(diagnose(sampleFacts({ closed: [fresh], processes: [sampleProcess()] }), MIN_AGE).findings).toEqual([]);
  });
});

describe('the restart remedy', () => {
  const commandFor = (changes: Parameters<typeof sampleProcess>[0]): string | null | undefined => {
    const facts = sampleFacts({
      sockets: [sampleSocket()],
      holders: [[700, owner]],
      processes: [sampleProcess(changes)],
    });
    return diagnose(facts, MIN_AGE).findings[0]?.remedies.find(({ id }) => id === 'restart')?.command;
  };

  it('restarts the service of a process in one', () => {
    expect(commandFor({})).toBe('systemctl restart orders.service');
  });

  it('restarts the container of a process in one', () => {
    const id = 'ab'.repeat(32);
    expect(commandFor({ container: known({ runtime: 'docker', id }) })).toBe('docker restart abababababab');
  });

  it('has no command for a scope, or for a unit name that a shell would read otherwise', () => {
    expect(commandFor({ unit: known('session-3.scope') })).toBeNull();
    expect(commandFor({ unit: known('a;reboot.service') })).toBeNull();
  });
});
