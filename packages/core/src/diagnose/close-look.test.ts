import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sampleCall,
  sampleCloseLook,
  sampleFacts,
  sampleInfo,
  sampleInterest,
  sampleListener,
  sampleProcess,
  sampleSocket,
  sampleThread,
} from '../../../../test/support/sample-facts.ts';
import { type EventInterest, type Facts, known, type SocketFacts, type ThreadFacts } from '../facts/index.ts';
import { diagnose, type Finding } from './index.ts';
import { roleOf } from './traits.ts';

const PID = 4121;
const INODE = 700;
const SERVED_AGE_MS = 60_000;

/** A connection of process 4121 with `unread` of the 18 bytes and the FIN that came. */
function held(unread: number, changes: Partial<SocketFacts> & { readonly sent?: number } = {}): SocketFacts {
  const { sent = 0, ...rest } = changes;
  return sampleSocket({
    inode: INODE,
    rxQueueBytes: unread,
    info: known(
      sampleInfo({
        bytesReceived: 19,
        bytesSent: sent,
        bytesAcked: sent,
        lastDataReceivedMs: SERVED_AGE_MS,
        lastAckReceivedMs: SERVED_AGE_MS - 1000,
        lastDataSentMs: SERVED_AGE_MS,
      }),
    ),
    ...rest,
  });
}

interface Scene {
  readonly socket: SocketFacts;
  readonly threads?: readonly ThreadFacts[];
  readonly watched?: Partial<EventInterest>;
  readonly moves?: boolean;
}

function lookAt({ socket, threads = [sampleThread()], watched, moves = false }: Scene): Facts {
  return sampleFacts({
    sockets: [socket],
    listeners: [sampleListener()],
    holders: [
      [INODE, { pid: PID, tid: PID, fd: 7 }],
      [600, { pid: PID, tid: PID, fd: 3 }],
    ],
    processes: [sampleProcess()],
    closeLook: sampleCloseLook({
      // A runtime that keeps every connection in its loop would be another story.
      activity: { threads, runtime: known(null) },
      interests: watched === undefined ? new Map() : new Map([[INODE, [sampleInterest(watched)]]]),
      moved: moves ? new Set([socket.cookie]) : new Set(),
    }),
  });
}

function findingOf(scene: Scene): Finding | undefined {
  return diagnose(lookAt(scene), { minAgeMs: 0 }).findings[0];
}

const lockedSince = (idleMs: number, tid = 4130): ThreadFacts =>
  sampleThread({ tid, doing: known(sampleCall('futex', { args: [0x1000n, 0x80n, 2n] })), idleMs: known(idleMs) });

describe('what a close look decides', () => {
  it('calls a request that was read a stuck worker where a thread has waited for a lock since', () => {
    const finding = findingOf({ socket: held(1), threads: [sampleThread(), lockedSince(SERVED_AGE_MS)] });
    expect(finding).toMatchObject({ cause: 'worker-stuck', confidence: 'likely' });
    expect(finding?.alternatives.map(({ cause }) => cause)).toContain('descriptor-leaked');
  });

  it('does not blame a thread that has waited for longer than the request is there', () => {
    expect(findingOf({ socket: held(1), threads: [sampleThread(), lockedSince(10 * SERVED_AGE_MS)] })?.cause).toBe(
      'descriptor-leaked',
    );
  });

  it('calls a readable connection that is watched by level a stalled loop where no thread waits for events', () => {
    const asleep = sampleThread({ doing: known(sampleCall('clock_nanosleep')) });
    expect(findingOf({ socket: held(1), threads: [asleep], watched: { in: true } })).toMatchObject({
      cause: 'event-loop-stalled',
      confidence: 'likely',
    });
  });

  it('tells a loop that spins at the end of file from a handler that computes by the calls that it makes', () => {
    const spinning = (systemShare: number): ThreadFacts =>
      sampleThread({ doing: known({ kind: 'running' }), busyShare: known(1), systemShare: known(systemShare) });
    const watched = { in: true };
    expect(findingOf({ socket: held(0), threads: [spinning(0.5)], watched })?.cause).toBe('eof-spin');
    expect(findingOf({ socket: held(0), threads: [spinning(0)], watched })?.cause).toBe('event-loop-stalled');
  });

  it.each([
    ['a ONESHOT that has fired', { fired: true, oneshot: true }],
    ['OUT alone', { out: true }],
    ['ERR and HUP alone', { rdhup: false }],
  ])('calls a watch for %s a lost interest', (_, watched) => {
    expect(findingOf({ socket: held(1), watched })).toMatchObject({ cause: 'interest-lost', confidence: 'likely' });
  });

  it('learns nothing from a watch for IN, OUT and ET together, as runtimes register every connection', () => {
    expect(findingOf({ socket: held(19), watched: { in: true, out: true, rdhup: true, et: true } })?.cause).toBe(
      'descriptor-leaked',
    );
  });

  it('calls bytes that move half-close-in-use, which is certain and benign', () => {
    expect(findingOf({ socket: held(1), moves: true })).toMatchObject({
      cause: 'half-close-in-use',
      confidence: 'certain',
      severity: 'benign',
    });
  });

  it('never calls a consumed FIN proof that the program saw the end', () => {
    expect(findingOf({ socket: held(0) })).toMatchObject({
      cause: 'close-missing',
      confidence: 'likely',
      missing: [{ id: 'end-seen' }],
    });
  });

  it('takes a frozen process for stopped although its threads look asleep', () => {
    const facts = lookAt({ socket: held(1) });
    const activity = facts.closeLook?.activities.get(PID);
    if (activity === undefined || facts.closeLook === null) throw new Error('the sample has no activity');
    const frozen = { ...facts.closeLook, activities: new Map([[PID, { ...activity, frozen: known(true) }]]) };
    expect(diagnose({ ...facts, closeLook: frozen }, { minAgeMs: 0 }).findings[0]).toMatchObject({
      cause: 'process-stopped',
      confidence: 'certain',
    });
  });

  it('says with one look that a second one would decide', () => {
    const facts = lookAt({ socket: held(1, { info: { known: false, why: 'unsupported', detail: 'a sample' } }) });
    if (facts.closeLook === null) throw new Error('the sample has no close look');
    const { findings } = diagnose({ ...facts, closeLook: { ...facts.closeLook, windowMs: null } }, { minAgeMs: 0 });
    expect(findings[0]).toMatchObject({ cause: 'undetermined', missing: [{ id: 'second-look' }] });
  });

  it('is certain of nothing but stops, queues, moving bytes, writes in progress, rings and closed sockets', () => {
    const MAY_BE_CERTAIN = [
      'process-stopped',
      'never-accepted',
      'half-close-in-use',
      'writer-blocked',
      'holder-hidden',
      'closed-but-held',
    ];
    const calls = ['futex', 'epoll_wait', 'accept4', 'read', 'poll', 'clock_nanosleep', 'write', 'wait4', null];
    fc.assert(
      fc.property(
        fc.record({
          unread: fc.constantFrom(0, 1, 5, 19),
          sent: fc.constantFrom(0, 3),
          txQueueBytes: fc.constantFrom(0, 0, 4096),
          call: fc.constantFrom(...calls),
          descriptor: fc.constantFrom(null, 5, 7, 9),
          state: fc.constantFrom('S', 'R', 'D', 'T', 't', 'Z'),
          busyShare: fc.constantFrom(0, 0.5, 1),
          systemShare: fc.constantFrom(0, 0.5),
          idleMs: fc.constantFrom(0, 1000, SERVED_AGE_MS, 10 * SERVED_AGE_MS),
          watched: fc.option(
            fc.record({
              in: fc.boolean(),
              out: fc.boolean(),
              rdhup: fc.boolean(),
              et: fc.boolean(),
              oneshot: fc.boolean(),
              fired: fc.boolean(),
            }),
            { nil: undefined },
          ),
          moves: fc.boolean(),
        }),
        ({ unread, sent, txQueueBytes, call, descriptor, state, busyShare, systemShare, idleMs, watched, moves }) => {
          const thread = sampleThread({
            state,
            doing: known(sampleCall(call, { descriptor })),
            busyShare: known(busyShare),
            systemShare: known(systemShare),
            idleMs: known(idleMs),
          });
          const scene = { socket: held(unread, { sent, txQueueBytes }), threads: [thread], moves };
          const finding = findingOf(watched === undefined ? scene : { ...scene, watched });
          return finding?.confidence !== 'certain' || MAY_BE_CERTAIN.includes(finding.cause);
        },
      ),
    );
  });
});

describe('roleOf', () => {
  const socket = (bytesSent: number, bytesAcked: number, txQueueBytes = 0): SocketFacts =>
    sampleSocket({ txQueueBytes, info: known(sampleInfo({ bytesSent, bytesAcked })) });

  it('tells the side that connected by its SYN, which is acknowledged like a byte', () => {
    expect(roleOf(socket(24, 25))).toBe('connected');
    expect(roleOf(socket(24, 24))).toBe('accepted');
  });

  it('does not know while something is not acknowledged, or after retransmissions', () => {
    expect(roleOf(socket(24, 20, 4))).toBe('unknown');
    expect(roleOf(socket(48, 24))).toBe('unknown');
  });
});
