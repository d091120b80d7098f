import { describe, expect, it } from 'vitest';
import {
  LINUX_RULE_IDS,
  type LinuxPair,
  type LinuxRuleId,
  type ModelAction,
  type ModelAnswer,
  type Performed,
  perform,
  type Side,
  socketState,
  UNUSED_PAIR,
} from './index.ts';

const at = (does: 'connect' | 'close' | 'abort' | 'destroy' | 'deliver' | 'lose', side: Side): ModelAction => ({
  does,
  at: side,
});
const send = (side: Side): ModelAction => ({ does: 'send', at: side, bytes: 3 });
const read = (side: Side, bytes = 5): ModelAction => ({ does: 'read', at: side, bytes });
const shutdown = (side: Side, half: 'read' | 'write' | 'both'): ModelAction => ({ does: 'shutdown', at: side, half });

const REQUESTED: readonly ModelAction[] = [{ does: 'listen' }, at('connect', 'a'), at('deliver', 'b')];
const QUEUED: readonly ModelAction[] = [...REQUESTED, at('deliver', 'a'), at('deliver', 'b')];
const ESTABLISHED: readonly ModelAction[] = [...QUEUED, { does: 'accept' }];
const CROSSING: readonly ModelAction[] = [at('connect', 'a'), at('connect', 'b')];

function performAll(actions: readonly ModelAction[], without: readonly LinuxRuleId[] = []): readonly Performed[] {
  const done: Performed[] = [];
  let pair: LinuxPair = UNUSED_PAIR;
  for (const action of actions) {
    const performed = perform(pair, action, new Set(without));
    done.push(performed);
    pair = performed.pair;
  }
  return done;
}

function after(actions: readonly ModelAction[]): LinuxPair {
  return performAll(actions).at(-1)?.pair ?? UNUSED_PAIR;
}

function answers(actions: readonly ModelAction[]): readonly (ModelAnswer | null)[] {
  return performAll(actions).map(({ answer }) => answer);
}

function flags(performed: Performed | undefined): readonly string[] {
  return [...(performed?.sent.a ?? []), ...(performed?.sent.b ?? [])].map((segment) => segment.flags.join());
}

/** For each departure the shortest sequence that ends in it. */
const SHOWS: Readonly<Record<LinuxRuleId, readonly ModelAction[]>> = {
  'request-socket': REQUESTED,
  'listener-stays-listener': [{ does: 'listen' }, { does: 'connect listener' }],
  'shutdown-ends-listening': [{ does: 'listen' }, { does: 'shut down listener' }],
  'request-outlives-listener': [...REQUESTED, { does: 'close listener' }, at('deliver', 'a'), at('deliver', 'b')],
  'listener-close-resets-queue': [...QUEUED, { does: 'close listener' }],
  'reset-stays-in-accept-queue': [...QUEUED, at('abort', 'a'), at('deliver', 'b')],
  'simultaneous-open-acknowledged': [...CROSSING, at('deliver', 'a'), at('deliver', 'b'), at('deliver', 'b')],
  'send-waits-for-connection': [at('connect', 'a'), send('a')],
  'shutdown-ends-opening': [at('connect', 'a'), shutdown('a', 'read')],
  'shutdown-waits-for-connection': [...CROSSING, at('deliver', 'a'), shutdown('a', 'write')],
  'shutdown-read-is-local': [...ESTABLISHED, shutdown('a', 'read')],
  'unread-half-resets-data': [...ESTABLISHED, shutdown('a', 'both'), send('b'), at('deliver', 'a')],
  'closing-twice-succeeds': [...ESTABLISHED, shutdown('a', 'write'), shutdown('a', 'write')],
  'unread-data-resets': [...ESTABLISHED, send('a'), at('deliver', 'b'), at('close', 'b')],
  'fin-wait-2-outside-socket': [...ESTABLISHED, at('close', 'a'), at('deliver', 'b'), at('deliver', 'a')],
  'fin-wait-2-ends': [...ESTABLISHED, at('close', 'a'), at('deliver', 'b'), at('deliver', 'a'), { does: 'wait' }],
  'orphan-resets-data': [...ESTABLISHED, at('close', 'a'), send('b'), at('deliver', 'a')],
  'time-wait-outside-socket': [
    ...ESTABLISHED,
    shutdown('a', 'write'),
    at('deliver', 'b'),
    at('close', 'b'),
    at('deliver', 'a'),
    at('deliver', 'a'),
  ],
  'reset-before-end-counts': [
    ...ESTABLISHED,
    send('a'),
    at('close', 'b'),
    at('deliver', 'b'),
    at('deliver', 'a'),
    at('deliver', 'a'),
  ],
  'reset-after-end-is-epipe': [
    ...ESTABLISHED,
    shutdown('a', 'write'),
    at('deliver', 'b'),
    at('abort', 'a'),
    at('deliver', 'b'),
  ],
  'end-of-stream-hides-reset': [
    ...ESTABLISHED,
    shutdown('a', 'write'),
    at('deliver', 'b'),
    at('abort', 'a'),
    at('deliver', 'b'),
    read('b'),
    read('b'),
  ],
  'unread-data-survives-reset': [...ESTABLISHED, send('a'), at('deliver', 'b'), at('abort', 'a'), at('deliver', 'b')],
  'destroyed-keeps-descriptor': [...ESTABLISHED, at('destroy', 'a')],
  'destroyed-in-silence': [...REQUESTED, at('destroy', 'b')],
};

describe('each departure of Linux', () => {
  it.each(LINUX_RULE_IDS)('%s ends its sequence, and the RFC alone would end it otherwise', (rule) => {
    const last = performAll(SHOWS[rule]).at(-1);
    expect(last?.reasons).toContainEqual({ rule });
    const plain = performAll(SHOWS[rule], [rule]).at(-1);
    expect(plain?.reasons).not.toContainEqual({ rule });
    expect([plain?.answer, plain?.sent, plain?.pair]).not.toEqual([last?.answer, last?.sent, last?.pair]);
  });
});

describe('an orderly life', () => {
  it('goes through the states of both closers, and ends in TIME-WAIT outside of the socket', () => {
    const closing = [shutdown('a', 'write'), at('deliver', 'b'), at('deliver', 'a')];
    expect(after([...ESTABLISHED, ...closing])).toMatchObject({
      a: { state: 'FIN-WAIT-2', entry: 'socket' },
      b: { state: 'CLOSE-WAIT', unreadFin: 'alone' },
    });
    const closed = [...ESTABLISHED, ...closing, read('b'), at('close', 'b'), at('deliver', 'a'), at('deliver', 'b')];
    const end = after(closed);
    expect(end).toMatchObject({ a: { state: 'TIME-WAIT', entry: 'outside' }, b: { state: 'CLOSED', entry: 'none' } });
    expect(socketState(end.a)).toBe('CLOSED');
    expect(end.toA).toEqual([]);
    expect(end.toB).toEqual([]);
  });

  it('is symmetrical when both ends close at once: CLOSING and TIME-WAIT on both sides, as figure 13 has it', () => {
    const both = [...ESTABLISHED, at('close', 'a'), at('close', 'b'), at('deliver', 'a'), at('deliver', 'b')];
    expect(after(both)).toMatchObject({ a: { state: 'CLOSING' }, b: { state: 'CLOSING' } });
    const end = after([...both, at('deliver', 'a'), at('deliver', 'b')]);
    expect(end).toMatchObject({
      a: { state: 'TIME-WAIT', entry: 'outside' },
      b: { state: 'TIME-WAIT', entry: 'outside' },
    });
  });

  it('goes from SYN-RECEIVED to CLOSE-WAIT at once where the first ACK was lost', () => {
    const lost = [...REQUESTED, at('deliver', 'a'), at('lose', 'b'), at('close', 'a'), at('deliver', 'b')];
    expect(after(lost).b).toMatchObject({ state: 'CLOSE-WAIT', holder: 'queue', unreadFin: 'alone' });
  });
});

describe('reading', () => {
  const sent = [...ESTABLISHED, send('a'), at('deliver', 'b')];

  it('answers what is there, then EAGAIN, and 0 from the FIN on', () => {
    expect(answers([...sent, read('b', 2), read('b'), read('b')]).slice(-3)).toEqual([2, 1, 'EAGAIN']);
    const ended = [...sent, read('b'), at('close', 'a'), at('deliver', 'b'), read('b'), read('b')];
    expect(answers(ended).slice(-2)).toEqual([0, 0]);
  });

  it('takes a FIN along that came while data was unread, also where it asks for the data alone', () => {
    const behind = [...sent, shutdown('a', 'write'), at('deliver', 'b'), read('b', 3)];
    expect(after(behind).b).toMatchObject({ unreadBytes: 0, unreadFin: 'none' });
  });

  it('leaves a FIN that came alone to a read of its own', () => {
    const alone = [...sent, read('b'), shutdown('a', 'write'), at('deliver', 'b')];
    expect(after(alone).b.unreadFin).toBe('alone');
    expect(after([...alone, read('b')]).b.unreadFin).toBe('none');
  });
});

describe('what nobody expects', () => {
  it('is refused where nothing listens, and connect() has to be asked to learn it', () => {
    const refused = performAll([at('connect', 'a'), at('deliver', 'b'), at('deliver', 'a'), read('a')]);
    expect(refused[1]?.sent.b).toEqual([{ flags: ['RST', 'ACK'], sequence: null, acknowledgment: 1, bytes: 0 }]);
    expect(refused.at(-1)?.answer).toBe('ECONNREFUSED');
  });

  it('is answered with a RST by a connection that is gone, and the RST by nobody', () => {
    const gone = performAll([...ESTABLISHED, at('abort', 'a'), send('b'), at('deliver', 'a'), at('deliver', 'b')]);
    expect(gone.slice(-4).map(flags)).toEqual([['RST,ACK'], ['ACK'], ['RST'], []]);
    expect(gone.at(-1)?.pair.b).toMatchObject({ state: 'CLOSED', error: 'ECONNRESET' });
  });

  it('leaves an error that is told once', () => {
    const reset = [...ESTABLISHED, at('abort', 'a'), at('deliver', 'b'), read('b'), read('b'), send('b')];
    expect(answers(reset).slice(-3)).toEqual(['ECONNRESET', 0, 'EPIPE']);
  });
});
