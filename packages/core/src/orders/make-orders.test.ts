import { describe, expect, it } from 'vitest';
import { sampleCloseLook, sampleInfo, sampleProcess } from '../../../../test/support/sample-facts.ts';
import { sampleOrders } from '../../../../test/support/sample-orders.ts';
import { sampleFinding, sampleStuck } from '../../../../test/support/sample-policy.ts';
import { ACTION_METHODS, CAUSE_IDS, known, unknown } from '../facts/index.ts';
import type { Order, OrderOptions } from './order.ts';

const inUse = sampleFinding({ cause: 'half-close-in-use', severity: 'benign' });
const writer = sampleFinding({
  cause: 'writer-blocked',
  connections: [sampleStuck({ txQueueBytes: 4096, timer: { kind: 'persist', expiresMs: 800, retransmits: 4 } })],
});
const stopped = sampleFinding({ cause: 'process-stopped' });

function only(orders: readonly Order[]): Order {
  const [order, ...others] = orders;
  if (order === undefined || others.length > 0) throw new Error(`${orders.length} orders`);
  return order;
}

describe('orders', () => {
  it.each(ACTION_METHODS)('by %s leave process 1 and the program itself alone, whatever is allowed', (method) => {
    const everything = { method, forcesInUse: true, acceptsReuse: true, namedCookies: [41n] } as const;
    for (const pid of [1, 77]) {
      const process = sampleProcess({ pid });
      const connections = [sampleStuck({}, { holders: [{ pid, tid: pid, fd: 7 }] })];
      const order = only(sampleOrders(everything, [sampleFinding({ process, connections })]));
      expect(order).toMatchObject({ action: null, refusal: { why: expect.stringContaining(`process ${pid}`) } });
    }
  });

  it.each(
    ACTION_METHODS,
  )('by %s leave a half-close in use alone, unless it is named by its cookie and forced', (method) => {
    const weaker: readonly Partial<OrderOptions>[] = [
      {},
      { forcesInUse: true },
      { namedCookies: [41n] },
      { forcesInUse: true, namedCookies: [42n] },
    ];
    for (const options of weaker) expect(only(sampleOrders({ ...options, method }, [inUse])).action).toBeNull();
  });

  it('end a half-close in use where it is named by its cookie and forced', () => {
    const forced = sampleOrders({ method: 'destroy', forcesInUse: true, namedCookies: [41n] }, [inUse]);
    expect(only(forced).action).toEqual({ method: 'destroy' });
  });

  it('take what moved while it was looked at for in use, whatever its cause', () => {
    const closeLook = sampleCloseLook({ moved: new Set([41n]) });
    const order = only(sampleOrders({ method: 'destroy' }, [sampleFinding()], { closeLook }));
    expect(order).toMatchObject({
      action: null,
      refusal: { hint: expect.stringContaining('cookie:41 --force-in-use') },
    });
  });

  it('refuse a cookie that means any socket to the kernel', () => {
    for (const cookie of [0n, 0xffff_ffff_ffff_ffffn]) {
      const finding = sampleFinding({ connections: [sampleStuck({ cookie })] });
      expect(only(sampleOrders({ method: 'destroy' }, [finding])).action).toBeNull();
    }
  });

  it('carry everything that is compared at the moment of acting', () => {
    expect(only(sampleOrders({ method: 'shutdown' }))).toMatchObject({
      target: { cookie: 41n, inode: 700, holders: [{ pid: 4121, tid: 4121, fd: 7 }] },
      owners: [{ pid: 4121, startedAtMs: 1_700_000_000_000 }],
      seen: { bytesAcked: 0, ageMs: 60_000 },
      action: { method: 'shutdown', direction: 'both', leg: null },
      frees: { connection: 'yes', descriptor: 'no', worker: 'not-lost' },
    });
  });

  it('refuse a descriptor whose process could not be known again', () => {
    const process = sampleProcess({ startedAtMs: unknown('denied', 'a sample') });
    for (const method of ['shutdown', 'timeout', 'limit', 'free-descriptor'] as const) {
      expect(only(sampleOrders({ method, acceptsReuse: true }, [sampleFinding({ process })])).action).toBeNull();
    }
  });

  it('set probes where nothing waits for an acknowledgement, and none where something does', () => {
    expect(only(sampleOrders({ method: 'timeout' })).action).toMatchObject({ keepalive: true });
    expect(only(sampleOrders({ method: 'timeout' }, [writer])).action).toMatchObject({ keepalive: false });
  });

  it('raise the soft limit up to the hard one, and that only when it was said', () => {
    const limit = (changes: Partial<OrderOptions>): Order => only(sampleOrders({ method: 'limit', ...changes }));
    expect(limit({}).action).toEqual({ method: 'limit', soft: 4096, hard: 4096 });
    expect(limit({ limit: 2000 }).action).toEqual({ method: 'limit', soft: 2000, hard: 4096 });
    expect(limit({ limit: 5000 }).refusal?.hint).toContain('--hard');
    expect(limit({ limit: 5000, raisesHardLimit: true }).action).toEqual({ method: 'limit', soft: 5000, hard: 5000 });
    expect(limit({ limit: 1000 }).refusal?.why).toContain('1024 already');
  });

  it('close descriptors only of what is forgotten, held once, and with the danger accepted', () => {
    const free = (changes: Partial<OrderOptions>, finding = sampleFinding()): Order =>
      only(sampleOrders({ method: 'free-descriptor', ...changes }, [finding]));
    expect(free({}).refusal?.hint).toContain('--accept-descriptor-reuse');
    expect(free({ acceptsReuse: true }).action).toEqual({ method: 'free-descriptor' });
    const holders = [4121, 4122].map((pid) => ({ pid, tid: pid, fd: 7 }));
    const shared = sampleFinding({ connections: [sampleStuck({}, { holders })] });
    expect(free({ acceptsReuse: true }, shared).refusal?.why).toContain('descriptor 7 of process 4122');
    for (const cause of CAUSE_IDS) {
      const { action } = free({ acceptsReuse: true }, sampleFinding({ cause }));
      expect(action !== null, cause).toBe(['descriptor-leaked', 'close-missing', 'closed-but-held'].includes(cause));
    }
  });

  it('continue only what is stopped', () => {
    expect(only(sampleOrders({ method: 'thaw' })).action).toBeNull();
    expect(only(sampleOrders({ method: 'thaw' }, [stopped])).action).toEqual({ method: 'thaw' });
  });
});

describe('auto', () => {
  it('acts only where what it does frees connection, descriptor and worker, by measurement', () => {
    for (const cause of CAUSE_IDS) {
      const { action, frees, refusal } = only(
        sampleOrders({}, [sampleFinding({ cause, connections: writer.connections })]),
      );
      if (action === null) expect(refusal?.why, cause).not.toBe('');
      else expect(frees, cause).toMatchObject({ connection: 'yes', descriptor: 'yes', worker: 'yes' });
      expect(action === null || ['timeout', 'shutdown', 'limit'].includes(action.method), cause).toBe(true);
    }
  });

  it('names the restart where nothing else helps', () => {
    const frees = { connection: true, descriptor: true, worker: true };
    const restart = {
      id: 'restart',
      command: 'systemctl restart orders.service',
      does: '',
      frees,
      risk: '',
      peerSees: '',
    };
    const remedies = [restart];
    const order = only(sampleOrders({}, [sampleFinding({ cause: 'worker-stuck', remedies })]));
    expect(order.refusal).toMatchObject({ why: 'only a restart frees this', hint: 'systemctl restart orders.service' });
  });

  it('does nothing for a cause that is only possible', () => {
    expect(only(sampleOrders({}, [{ ...writer, confidence: 'likely' }])).action).toMatchObject({ method: 'timeout' });
    expect(only(sampleOrders({}, [{ ...writer, confidence: 'possible' }])).action).toBeNull();
  });
});

describe('the other side of a relay', () => {
  const stuck = (cookie: bigint, port: number, inode: number): ReturnType<typeof sampleStuck> =>
    sampleStuck(
      { cookie, inode, rxQueueBytes: 0, remote: { address: '10.0.0.2', port }, info: known(sampleInfo()) },
      { holders: [{ pid: 4121, tid: 4121, fd: inode }] },
    );
  const legSocket = (cookie: bigint, inode: number): ReturnType<typeof sampleStuck>['socket'] => ({
    ...sampleStuck({ cookie, inode }).socket,
    state: 'FIN-WAIT-2',
    local: { address: '10.0.0.1', port: 40_000 + inode },
    remote: { address: '10.0.9.9', port: 9000 },
    info: known(sampleInfo({ state: 'FIN-WAIT-2', bytesSent: 18 })),
  });
  const [one, two] = [stuck(51n, 50_001, 11), stuck(52n, 50_002, 12)];
  const sockets = [one.socket, two.socket, legSocket(61n, 21), legSocket(62n, 22)];
  const holders = [11, 12, 21, 22].map((inode) => [inode, { pid: 4121, tid: 4121, fd: inode }] as const);
  const order = (connections: readonly ReturnType<typeof sampleStuck>[]): readonly Order[] =>
    sampleOrders({}, [sampleFinding({ cause: 'half-closed-relay', connections })], { sockets, holders });

  it('is shut down for reading in place of the connection', () => {
    const legs = order([one, two]).map(({ action }) => (action?.method === 'shutdown' ? action.leg?.cookie : null));
    expect(new Set(legs)).toEqual(new Set([61n, 62n]));
    expect(order([one, two])[0]?.action).toMatchObject({ direction: 'read', leg: { holders: [{ pid: 4121 }] } });
  });

  it('is left alone where another pair that looks the same was not selected', () => {
    expect(only(order([one])).refusal?.why).toContain('not sure');
  });
});
