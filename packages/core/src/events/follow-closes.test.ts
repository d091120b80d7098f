import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClosingTask } from './closing-parts.ts';
import { CloseFollower } from './follow-closes.ts';
import type { FoundOpen } from './found-table.ts';
import type { PassiveClose } from './passive-close.ts';

const MS = 1e6;
const SECOND = 1000 * MS;
const LAST_ACK = 9;
const CLOSED = 7;
const TASK: ClosingTask = { tid: 7, pid: 7, name: 'server', isKernel: false };

/** 127.0.0.1:`local` and 127.0.0.2:`remote` as END_WORDS of the codec. */
function ends(local: number, remote: number): Uint32Array {
  return new Uint32Array([2, ((local << 16) | remote) >>> 0, 0x7f00_0001, 0, 0, 0, 0x7f00_0002, 0, 0, 0]);
}

function follow(): { readonly follower: CloseFollower; readonly closes: PassiveClose[] } {
  const closes: PassiveClose[] = [];
  return { follower: new CloseFollower((close) => void closes.push(close)), closes };
}

const found = (local: number, remote: number): FoundOpen => ({
  ends: { local: { address: '127.0.0.1', port: local }, remote: { address: '127.0.0.2', port: remote } },
  ageMs: 5000,
  isExact: false,
  atMs: 10,
  owner: { by: 'holder', pid: 9, name: 'holder' },
});

describe('CloseFollower', () => {
  it('pairs FIN and close of a socket whose address is used again and again', () => {
    const stays = fc.array(fc.record({ socket: fc.nat(3), ns: fc.integer({ min: 1, max: 1e9 }) }), { maxLength: 50 });
    fc.assert(
      fc.property(stays, (plan) => {
        const { follower, closes } = follow();
        let atNs = 0;
        for (const [index, { socket, ns }] of plan.entries()) {
          follower.arrived(atNs, socket, ends(80, 1000 + index));
          atNs += ns;
          follower.left(atNs, socket, ends(80, 1000 + index), LAST_ACK, TASK, 'other');
        }
        expect(closes.map(({ stay }) => Math.round(stay.atLeastMs * MS))).toEqual(plan.map(({ ns }) => ns));
        expect(closes.every(({ stay }) => stay.atLeastMs === stay.atMostMs)).toBe(true);
        expect(closes.map(({ ends: { remote } }) => remote.port)).toEqual(plan.map((_, index) => 1000 + index));
        expect(follower).toMatchObject({ openCount: 0, endsLost: 0, startsMissing: 0 });
      }),
    );
  });

  it('does not take the FIN of another connection for the own: the end between was lost', () => {
    const { follower, closes } = follow();
    follower.arrived(0, 1, ends(80, 1000));
    follower.lost();
    follower.left(SECOND, 1, ends(80, 2000), LAST_ACK, TASK, 'other');
    expect(closes).toMatchObject([{ finMs: null, stay: { atLeastMs: 0, atMostMs: null } }]);
    expect(follower).toMatchObject({ openCount: 0, endsLost: 1, startsMissing: 1 });
    follower.arrived(2 * SECOND, 1, ends(80, 3000));
    follower.arrived(3 * SECOND, 1, ends(80, 4000));
    expect(follower).toMatchObject({ openCount: 1, endsLost: 2 });
  });

  it('tells at least how long those stay that were there before', () => {
    const { follower, closes } = follow();
    follower.foundAtBegin([found(80, 1000), found(80, 2000)], 20 * MS);
    follower.left(110 * MS, 1, ends(80, 1000), LAST_ACK, TASK, 'exit');
    expect(closes).toMatchObject([{ ending: 'exit', finMs: null, stay: { atLeastMs: 5100, atMostMs: null } }]);
    follower.settle(SECOND);
    expect([...follower.open(0)]).toMatchObject([{ owner: { by: 'holder' }, stay: { atLeastMs: 5990 } }]);
    // Neither found nor begun: it must have been there since before the watch.
    follower.left(SECOND, 2, ends(80, 3000), LAST_ACK, null, 'other');
    expect(closes.at(-1)).toMatchObject({ owner: { by: 'unknown' }, stay: { atLeastMs: 1000, atMostMs: null } });
  });

  it('knows one by its other ends where the socket has lost its port, if it is alone with them', () => {
    const { follower, closes } = follow();
    follower.foundAtBegin([found(80, 1000), found(81, 1000), found(80, 2000)], 20 * MS);
    follower.left(30 * MS, 1, ends(0, 2000), CLOSED, null, 'other');
    follower.left(30 * MS, 2, ends(0, 1000), CLOSED, null, 'other');
    follower.settleAll();
    expect(closes.map(({ ends: { local } }) => local.port)).toEqual([80, 0]);
    expect(follower.startsMissing).toBe(1);
  });

  it('counts a connection once whose FIN came while the first look was taken', () => {
    const { follower } = follow();
    follower.foundAtBegin([found(80, 1000)], 20 * MS);
    follower.arrived(5 * MS, 1, ends(80, 1000));
    expect(follower.openCount).toBe(1);
    follower.left(6 * MS, 1, ends(80, 1000), LAST_ACK, TASK, 'other');
    expect(follower.openCount).toBe(0);
  });

  it('waits for what follows a transition to CLOSED before it judges, also where the address is used again', () => {
    const { follower, closes } = follow();
    follower.arrived(0, 1, ends(80, 1000));
    follower.left(MS, 1, ends(0, 1000), CLOSED, TASK, 'other');
    follower.resetSent(1.1 * MS, 1);
    follower.arrived(2 * MS, 1, ends(80, 2000));
    follower.settle(3 * MS);
    expect(closes).toEqual([]);
    follower.settle(SECOND);
    expect(closes).toMatchObject([
      { ending: 'unread', resetSent: true, owner: { by: 'closer', pid: 7 }, stay: { atLeastMs: 1 } },
    ]);
    expect(follower).toMatchObject({ openCount: 1, endsLost: 0 });
  });

  it.each([
    ['reset', (one: CloseFollower) => one.resetReceived(MS, 1), () => undefined],
    [
      'destroy',
      (one: CloseFollower) => one.resetSent(MS, 1),
      (one: CloseFollower) => one.failed(2 * MS, 7, 103, ends(0, 1000)),
    ],
    ['destroy', (one: CloseFollower) => one.failed(1.9 * MS, 7, 103, ends(80, 1000)), () => undefined],
    ['timeout', () => undefined, (one: CloseFollower) => one.failed(2 * MS, 0, 110, ends(0, 1000))],
    [
      'abort',
      () => undefined,
      (one: CloseFollower) => {
        one.resetSent(2 * MS, 1);
        one.failed(2 * MS, 7, 104, ends(0, 0));
      },
    ],
    ['unknown', () => undefined, () => undefined],
  ] as const)('%s by what comes before and after', (ending, before, after) => {
    const { follower, closes } = follow();
    follower.arrived(0, 1, ends(80, 1000));
    before(follower);
    follower.left(2 * MS, 1, ends(0, 1000), CLOSED, TASK, 'other');
    after(follower);
    follower.settleAll();
    expect(closes.map((close) => close.ending)).toEqual([ending]);
  });

  it('gives owners to those that stay, and after losses forgets those that a look does not find', () => {
    const { follower } = follow();
    follower.arrived(0, 1, ends(80, 1000));
    follower.arrived(0, 2, ends(80, 2000));
    follower.settle(SECOND);
    expect(follower.needsOwners(100 * MS)).toBe(true);
    const owners = new Map([['127.0.0.1:80 127.0.0.2:1000', { by: 'holder', pid: 9, name: 'holder' } as const]]);
    follower.seen(owners, SECOND);
    expect([...follower.open(0)].map(({ owner }) => owner.by)).toEqual(['holder', 'unknown']);
    follower.lost();
    follower.seen(owners, SECOND);
    expect(follower).toMatchObject({ openCount: 1, endsLost: 1 });
  });

  it('tells each that becomes slow once', () => {
    const { follower } = follow();
    follower.arrived(0, 1, ends(80, 1000));
    follower.arrived(600 * MS, 2, ends(80, 2000));
    const told = (nowMs: number): readonly number[] => {
      follower.settle(nowMs * MS);
      follower.seen(new Map(), nowMs * MS);
      return [...follower.takeOlder(1000)].map(({ ends: { remote } }) => remote.port);
    };
    expect([told(900), told(1000), told(1500), told(1700), told(5000)]).toEqual([[], [1000], [], [2000], []]);
    expect(follower.oldestMs()).toBe(5000);
  });

  it('waits with a slow one for a look at its holder, for 5 s at most', () => {
    const { follower } = follow();
    follower.arrived(0, 1, ends(80, 1000));
    follower.settle(2 * SECOND);
    expect([...follower.takeOlder(1000)]).toHaveLength(0);
    follower.settle(6.1 * SECOND);
    expect([...follower.takeOlder(1000)]).toHaveLength(1);
  });
});
