import { describe, expect, it } from 'vitest';
import { known, type Observation, type ObservedCall, type ObservedSighting, unknown } from '../../facts/index.ts';
import { buildTrace } from './build-trace.ts';
import { formatTrace } from './format-trace.ts';
import { traceHtml } from './trace-html.ts';

const CLIENT = { address: '127.0.0.1', port: 40_000 };
const SERVER = { address: '127.0.0.1', port: 8000 };
const SERVER_PID = 100;
const CLIENT_PID = 200;
const ESCAPE = '\x1b[31m';

const segment = (
  atMs: number,
  from: 'client' | 'server',
  flags: readonly string[],
  numbers: readonly [number, number],
  payloadBytes = 0,
) => ({
  atMs,
  source: from === 'client' ? CLIENT : SERVER,
  destination: from === 'client' ? SERVER : CLIENT,
  flags,
  sequence: numbers[0],
  acknowledgment: numbers[1],
  window: 64,
  payloadBytes,
});

const call = (
  tid: number,
  name: string,
  args: readonly number[],
  times: readonly [number, number | null],
  result: number | null,
): ObservedCall => ({
  tid,
  name,
  args: args.map(BigInt),
  enteredMs: times[0],
  returnedMs: times[1],
  result,
  error: null,
  times: 1,
});

const change = (
  atMs: number,
  tid: number,
  socket: string,
  from: string,
  to: string,
  end: 'client' | 'server',
  bound = true,
) =>
  ({
    atMs,
    tid,
    socket,
    from,
    to,
    local: end === 'client' ? (bound ? CLIENT : { ...CLIENT, port: 0 }) : SERVER,
    remote: end === 'client' ? SERVER : CLIENT,
  }) as NonNullable<Extract<Observation['changes'], { known: true }>['value'][number]>;

const sighting = (
  atMs: number,
  end: 'client' | 'server',
  state: ObservedSighting['state'],
  inode: number,
): ObservedSighting => ({
  sinceMs: atMs - 4,
  lookedMs: atMs - 0.3,
  atMs,
  local: end === 'client' ? CLIENT : SERVER,
  remote: end === 'client' ? SERVER : CLIENT,
  state,
  inode,
});

/** A server that reads until the end and does not close; the numbers wrap around. */
const START = 2 ** 32 - 10;
const STUCK: Observation = {
  startedAt: '2026-11-26T09:00:00.000Z',
  endedMs: 500,
  kernel: '6.18.0',
  programs: [
    { role: `server${ESCAPE}`, pid: SERVER_PID, startedMs: 1 },
    { role: 'peers', pid: CLIENT_PID, startedMs: 50 },
  ],
  segments: known([
    segment(100, 'client', ['SYN'], [START, 0]),
    segment(100.1, 'server', ['SYN', 'ACK'], [7000, START + 1]),
    segment(100.2, 'client', ['ACK'], [START + 1, 7001]),
    segment(101, 'client', ['PSH', 'ACK'], [START + 1, 7001], 24),
    segment(101.1, 'server', ['ACK'], [7001, (START + 25) % 2 ** 32]),
    segment(102, 'client', ['FIN', 'ACK'], [(START + 25) % 2 ** 32, 7001]),
    segment(142, 'server', ['ACK'], [7001, (START + 26) % 2 ** 32]),
  ]),
  changes: known([
    change(99.9, CLIENT_PID, 'a', 'CLOSED', 'SYN-SENT', 'client', false),
    change(100.15, CLIENT_PID, 'a', 'SYN-SENT', 'ESTABLISHED', 'client'),
    change(100.21, CLIENT_PID, 'b', 'LISTEN', 'SYN-RECEIVED', 'server'),
    change(100.22, CLIENT_PID, 'b', 'SYN-RECEIVED', 'ESTABLISHED', 'server'),
    change(101.9, CLIENT_PID, 'a', 'ESTABLISHED', 'FIN-WAIT-1', 'client'),
    change(102.1, CLIENT_PID, 'b', 'ESTABLISHED', 'CLOSE-WAIT', 'server'),
    change(142.1, 0, 'a', 'FIN-WAIT-1', 'FIN-WAIT-2', 'client'),
    change(142.2, 0, 'a', 'FIN-WAIT-2', 'CLOSED', 'client'),
    // The same addresses an hour ago, or in another namespace: not near.
    change(60_000, 9, 'c', 'LISTEN', 'SYN-RECEIVED', 'server'),
  ]),
  sightings: [
    { ...sighting(20, 'server', 'LISTEN', 10), remote: { address: '0.0.0.0', port: 0 } },
    sighting(104, 'server', 'CLOSE-WAIT', 77),
    sighting(104, 'client', 'FIN-WAIT-1', 0),
    sighting(146, 'client', 'FIN-WAIT-2', 0),
  ],
  calls: known([
    call(SERVER_PID, 'accept', [3, 0, 0], [30, 100.3], 4),
    call(CLIENT_PID, 'socket', [2, 1, 0], [99, 99.1], 5),
    call(CLIENT_PID, 'connect', [5, 0, 16], [99.8, 100.25], 0),
    call(CLIENT_PID, 'write', [5, 0, 24], [100.9, 101.15], 24),
    call(SERVER_PID, 'read', [4, 0, 4096], [100.4, 101.2], 24),
    call(SERVER_PID, 'read', [4, 0, 4096], [101.3, 102.2], 0),
    call(CLIENT_PID, 'close', [5], [101.8, 102.05], 0),
    // Another descriptor.
    call(CLIENT_PID, 'read', [6, 0, 10], [102.3, 102.4], 10),
    call(SERVER_PID, 'accept', [3, 0, 0], [102.5, null], null),
  ]),
  tasks: [],
  descriptors: [{ atMs: 104, pid: SERVER_PID, fd: 4, inode: 77 }],
  processes: [
    {
      pid: SERVER_PID,
      comm: 'server',
      parentPid: 1,
      descriptors: known([
        { fd: 3, target: 'socket:[10]' },
        { fd: 4, target: 'socket:[77]' },
      ]),
      threads: [
        {
          tid: SERVER_PID,
          name: 'server',
          state: 'S',
          doing: known({ kind: 'in-call', name: 'accept', number: 43, args: [], fd: 3 }),
        },
      ],
    },
  ],
  sockets: known([
    {
      state: 'LISTEN',
      local: SERVER,
      remote: { address: '0.0.0.0', port: 0 },
      inode: 10,
      rxQueueBytes: 0,
      txQueueBytes: 64,
    },
    { state: 'CLOSE-WAIT', local: SERVER, remote: CLIENT, inode: 77, rxQueueBytes: 0, txQueueBytes: 0 },
    { state: 'FIN-WAIT-2', local: CLIENT, remote: SERVER, inode: 0, rxQueueBytes: 0, txQueueBytes: 0 },
  ]),
  losses: { packets: known(0), stateChanges: 0, callEvents: 0, more: false, muted: [], garbled: [] },
  clockWithinMs: 0.0008,
  longestBetweenLooksMs: 4.4,
};

const SCENARIO = { name: 'close-missing', title: 'Nobody closes.', cause: 'close-missing' } as const;

describe('buildTrace', () => {
  const trace = buildTrace(SCENARIO, STUCK);
  const [connection] = trace.connections;
  const events = connection?.events ?? [];

  it('counts from the first event, and sequence numbers from the first SYN, also where they wrap', () => {
    expect(events.find(({ at }) => at === 0)).toMatchObject({ kind: 'call', call: 'connect' });
    expect(events.filter(({ kind }) => kind === 'segment').at(-2)).toMatchObject({
      sequence: 25,
      flags: ['FIN', 'ACK'],
    });
    expect(events.filter(({ kind }) => kind === 'segment').at(-1)).toMatchObject({ sequence: 1, acknowledgment: 26 });
  });

  it('attributes calls by descriptor: through the inode that accept has returned, and the socket that connect has moved', () => {
    const calls = events.flatMap((event) => (event.kind === 'call' ? [`${event.end} ${event.call}(${event.fd})`] : []));
    expect(calls.toSorted()).toEqual([
      'client close(5)',
      'client connect(5)',
      'client write(5)',
      'server accept(3)',
      'server read(4)',
      'server read(4)',
    ]);
  });

  it('does not take a small socket in FIN-WAIT-2 for a closed one', () => {
    const states = events.flatMap((event) => (event.kind === 'state' && event.end === 'client' ? [event.to] : []));
    expect(states).toEqual(['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2']);
    expect(connection?.client).toMatchObject({ state: 'FIN-WAIT-2', pid: CLIENT_PID, fd: 5 });
  });

  it('says what the side owes that has got the FIN, and where its thread is', () => {
    const missing = events.flatMap((event) => (event.kind === 'missing' ? [event] : []));
    expect(missing).toMatchObject([
      { end: 'server', what: 'close', forMs: 398, isDue: true },
      { end: 'server', what: 'fin' },
    ]);
    expect(connection?.server.atEnd).toMatchObject([{ does: 'in-call', call: 'accept', about: 'the listener' }]);
  });

  it('says what was not seen, and makes do with looks where the tracepoint was not there', () => {
    const denied = unknown('denied', 'tracefs: fsopen: EPERM', 'run as root');
    const blind = buildTrace(SCENARIO, { ...STUCK, changes: denied, calls: denied });
    expect(blind.notSeen).toMatchObject([
      { why: 'tracefs: fsopen: EPERM' },
      { what: 'system calls', hint: 'run as root' },
    ]);
    expect(blind.precision.states).toBe('sock_diag');
    const states = blind.connections[0]?.events.flatMap((event) => (event.kind === 'state' ? [event] : []));
    expect(states).toMatchObject([
      { end: 'client', to: 'FIN-WAIT-1', withinMs: 4, seenBy: 'sock_diag' },
      { end: 'server', to: 'CLOSE-WAIT', withinMs: 4 },
      { end: 'client', to: 'FIN-WAIT-2' },
    ]);
  });

  describe('of a connection that the kernel has forgotten', () => {
    const owedIn = (observation: Observation): readonly (readonly string[])[] =>
      buildTrace(SCENARIO, observation).connections.map(({ events: all }) =>
        all.flatMap((event) => (event.kind === 'missing' ? [`${event.end} ${event.what}`] : [])),
      );
    const listener = STUCK.sightings.slice(0, 1);
    const forgotten: Observation = { ...STUCK, sockets: known([]) };

    it('says that the close is owed where its descriptor is there still', () => {
      expect(owedIn(forgotten)).toEqual([['server close']]);
    });

    it('says so also where it came and went between two looks at the sockets', () => {
      expect(owedIn({ ...forgotten, sightings: listener, descriptors: [] })).toEqual([['server close']]);
    });

    it('says nothing where the descriptor was closed, or leads to another socket that was seen', () => {
      const calls = STUCK.calls.known ? STUCK.calls.value : [];
      const closed = known([...calls, call(SERVER_PID, 'close', [4], [103, 103.1], 0)]);
      expect(owedIn({ ...forgotten, sightings: listener, descriptors: [], calls: closed })).toEqual([[]]);
      const other = { ...sighting(104, 'server', 'CLOSE-WAIT', 77), remote: { ...CLIENT, port: 41_000 } };
      expect(owedIn({ ...forgotten, sightings: [...listener, other], descriptors: [] })).toEqual([
        [],
        ['server close'],
      ]);
    });
  });

  it('does not claim that accept is owed where nobody saw the call and the socket has a file', () => {
    const unseen = buildTrace(SCENARIO, { ...STUCK, calls: known([]), descriptors: [], processes: [] });
    const missing = unseen.connections[0]?.events.flatMap((event) => (event.kind === 'missing' ? [event.what] : []));
    expect(missing).toEqual(['close', 'fin']);
  });
});

describe('formatTrace', () => {
  const trace = buildTrace(SCENARIO, STUCK);

  it.each([80, 120])('fits into %i columns, and lets no control character through', (width) => {
    const text = formatTrace(trace, { colour: false, width, all: false });
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(width);
    expect(text).not.toContain('\x1b');
    expect(text).toContain('server\\x1b');
    expect(text).toMatch(/◁╌+ FIN owed for 398 ms ╌+┨/);
  });

  it('is a list where there is no room for a picture', () => {
    const text = formatTrace(trace, { colour: false, width: 60, all: false });
    expect(text).toMatch(/^ +2\.200 client ---> server: FIN$/m);
    expect(text).toMatch(/^ +2\.300 server is in CLOSE-WAIT$/m);
    expect(text).toMatch(/^ +server - -> client: FIN owed for 398 ms \(owed\)$/m);
  });

  it('is a page without anything to fetch, in which foreign text is text', () => {
    const page = traceHtml(buildTrace({ ...SCENARIO, title: '<script>alert(1)</script>' }, STUCK), false);
    expect(page).not.toMatch(/<script|\x1b|src=/);
    expect(page).toContain('&lt;script&gt;');
    expect(page).toContain('FIN owed for 398 ms');
  });
});
