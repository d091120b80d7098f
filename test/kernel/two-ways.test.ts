import type { DumpRequest, Facts, KernelSource, SocketFacts } from '@closewait/core/facts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveSource, look } from '../../packages/closewait/src/kernel/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { type Program, startProgram } from '../support/program.ts';

expectNothingLeaked();

const REPORT = { states: ['CLOSE-WAIT', 'FIN-WAIT-2'], depth: 'report' } as const;
const LIST = { states: ['CLOSE-WAIT'], depth: 'list' } as const;

/** The live kernel, and what sock_diag was asked. */
function spiedSource(): { readonly source: KernelSource; readonly dumps: DumpRequest[] } {
  const live = new LiveSource();
  const dumps: DumpRequest[] = [];
  const source = new Proxy(live, {
    get: (target, name: keyof KernelSource) => {
      if (name !== 'dumpSockets') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function'
          ? (...args: unknown[]): unknown => Reflect.apply(member, target, args)
          : member;
      }
      return (...[place, request]: Parameters<KernelSource['dumpSockets']>) => {
        if (place.inode === namespace.inode) dumps.push(request);
        return target.dumpSockets(place, request);
      };
    },
  });
  return { source, dumps };
}

let namespace: NetworkNamespace;

/** What a look says of one namespace, without clocks and in one order. */
function inside({ sockets, listeners, holders, closed, countByState }: Facts): unknown {
  const here = (socket: SocketFacts): boolean => socket.netns === namespace.inode;
  const plain = (socket: SocketFacts): unknown => {
    const { state, family, local, remote, uid, inode, cookie, rxQueueBytes, txQueueBytes, timer, info } = socket;
    const { bytesAcked, bytesReceived, bytesSent } = info.known ? info.value : NOTHING;
    return [
      { state, family, local, remote, uid, inode, cookie, rxQueueBytes, txQueueBytes, kind: timer.kind },
      { bytesAcked, bytesReceived, bytesSent, holders: holders.get(inode) ?? [] },
    ];
  };
  const inOrder = (list: readonly SocketFacts[]): readonly unknown[] =>
    list
      .filter(here)
      .toSorted((a, b) => Number(a.cookie - b.cookie))
      .map(plain);
  return {
    sockets: inOrder(sockets),
    listeners: listeners.filter(here).map(({ local }) => local),
    closed: closed.filter(({ holders: [first] }) => programs.some(({ pid }) => pid === first?.pid)).length,
    counted: countByState !== null,
  };
}

const NOTHING = { bytesAcked: null, bytesReceived: null, bytesSent: null };
const programs: Program[] = [];

afterAll(async () => {
  for (const program of programs) await program[Symbol.asyncDispose]();
  namespace[Symbol.dispose]();
});

/** Above what read-unheld.ts asks for counts instead of sockets. */
const MANY = 2500;

beforeAll(async () => {
  namespace = makeNamespace();
  programs.push(
    await startProgram('hold', ['--ipv4', MANY, '--ipv6', 3, '--mapped', 2, '--bytes', 18], namespace),
    await startProgram('unaccepted', [2, 3], namespace),
    await startProgram('closed-but-held', [3], namespace),
  );
});

describe('a look through BPF', () => {
  it.each([REPORT, LIST])('says what a look through /proc says: $depth', async (options) => {
    const fast = await look(new LiveSource(), options);
    const slow = await look(new LiveSource({ bpf: false }), options);
    expect(fast.readers.find(({ name }) => name === 'bpf')).toMatchObject({ ok: true });
    expect(slow.readers.map(({ name }) => name)).toContain('descriptors');
    expect(inside(fast)).toEqual(inside(slow));
    expect(inside(fast)).toMatchObject({ sockets: { length: MANY + 10 } });
  });

  it.each([REPORT, LIST])('does not ask sock_diag for sockets that it has listed: $depth', async (options) => {
    const { source, dumps } = spiedSource();
    await look(source, options);
    const [listener] = (await look(source, REPORT)).listeners.filter(
      ({ netns, rxQueueBytes }) => netns === namespace.inode && rxQueueBytes > 0,
    );
    const stuck = dumps.filter(({ states }) => states.includes('CLOSE-WAIT'));
    expect(stuck.length).toBeGreaterThan(0);
    expect(new Set(stuck.map(({ localPort }) => localPort))).toEqual(new Set([listener?.local.port]));
  });

  it('sees what is held of a namespace that nobody is in any more, and says what it cannot see of it', async () => {
    await using program = await startProgram('left-namespace', [3], namespace);
    const facts = await look(new LiveSource(), REPORT);
    const left = facts.sockets.filter(({ inode }) => facts.holders.get(inode)?.some(({ pid }) => pid === program.pid));
    expect(left.map(({ state }) => state)).toEqual(['CLOSE-WAIT', 'CLOSE-WAIT', 'CLOSE-WAIT']);
    const netns = left[0]?.netns;
    expect(facts.namespaces).toContainEqual(
      expect.objectContaining({
        inode: netns,
        path: `net:[${netns}]`,
        sockets: expect.objectContaining({ known: false }),
      }),
    );
    expect(facts.unseen).toContainEqual(
      expect.objectContaining({ what: `sockets of namespace net:[${netns}] that no descriptor refers to` }),
    );
    const slow = await look(new LiveSource({ bpf: false }), REPORT);
    expect(slow.sockets.filter((socket) => socket.netns === netns)).toEqual([]);
  });

  it('asks for all of them where their number does not add up: one is in flight between two processes', async () => {
    await using _program = await startProgram('in-flight', [1], namespace);
    const { source, dumps } = spiedSource();
    const { sockets, holders } = await look(source, REPORT);
    const unheld = sockets.filter(
      ({ netns, state, inode }) => netns === namespace.inode && state === 'CLOSE-WAIT' && !holders.has(inode),
    );
    // Five wait in an accept queue.
    expect(unheld.filter(({ inode }) => inode !== 0)).toHaveLength(1);
    expect(unheld).toHaveLength(6);
    expect(dumps.some(({ states, localPort }) => states.includes('CLOSE-WAIT') && localPort === undefined)).toBe(true);
  });
});
