import { existsSync, fstatSync, statSync } from 'node:fs';
import { decodeSocketUses, describeProblem, type SocketUse } from '@closewait/core/codec';
import type { KernelSource, NamespaceRef } from '@closewait/core/facts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AF_INET,
  acceptIpv4,
  bindIpv4,
  closeDescriptor,
  connectIpv4,
  createEpoll,
  listenOn,
  localIpv4,
  openSocket,
  registerFiles,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  type SystemResult,
  shutdownSending,
} from '../../packages/closewait/src/ffi/index.ts';
import { differenceOf } from '../../packages/closewait/src/kernel/bpf/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/live/live-source.ts';
import { look } from '../../packages/closewait/src/kernel/look.ts';
import { Recorder } from '../../packages/closewait/src/kernel/recording/recorder.ts';
import { Replayer } from '../../packages/closewait/src/kernel/recording/replayer.ts';
import { EVERYTHING, heldByListing, heldByProc, pidsIn } from '../support/held-descriptors.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { type Program, startProgram } from '../support/program.ts';
import { run } from '../support/run.ts';

expectNothingLeaked();

const NOBODY = 65_534;
/** Milliseconds between two answers on a machine that is busy with other tests. */
const TOLERANCE_MS = 5000;
const OWN: NamespaceRef = { inode: statSync('/proc/self/ns/net').ino, path: '/proc/self/ns/net' };

/** Who holds which socket, told by BPF and by /proc, must be the same. */
describe('holders of sockets', () => {
  const programs: Program[] = [];
  const namespaces: NetworkNamespace[] = [];
  let own: readonly number[] = [];

  const places = (): readonly NamespaceRef[] => [OWN, ...namespaces];
  const pids = (): ReadonlySet<number> => new Set([...pidsIn(namespaces), process.pid]);

  beforeAll(async () => {
    const [blue, green] = [makeNamespace(), makeNamespace()];
    namespaces.push(blue, green);
    const everyFamily = ['--ipv4', 20, '--ipv6', 5, '--mapped', 3, '--bytes', 18];
    programs.push(
      await startProgram('hold', [...everyFamily, '--dup', 2, '--forks', 2, '--idle', 300], blue),
      await startProgram('hold', ['--ipv4', 2, '--uid', NOBODY], green),
      await startProgram('private-table', [3], green),
      await startProgram('dead-leader', [3], green),
      await startProgram('closed-but-held', [3], green),
      await startProgram('close-look', [3], green),
      await startProgram('all-states', [1], blue),
      await startProgram('unaccepted', [2, 3], green),
    );
    const epoll = createEpoll();
    const ring = registerFiles([0]);
    own = [epoll, ring].flatMap((made) => (made.ok ? [made.value] : []));
  });

  afterAll(async () => {
    for (const fd of own) closeDescriptor(fd);
    for (const program of programs) await program[Symbol.asyncDispose]();
    for (const namespace of namespaces) namespace[Symbol.dispose]();
  });

  it('are the same with BPF as with /proc: forks, copies, private tables, leaders that have ended, other users', async () => {
    const source = new LiveSource();
    const listed = await heldByListing(source, pids());
    expect(listed.rows).toEqual(heldByProc(source, pids(), places()).rows);
    for (const state of ['LISTEN', 'ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSED', 'SYN-SENT', 'epoll', 'ring']) {
      expect(
        listed.rows.filter((row) => row.includes(` ${state}`)),
        state,
      ).not.toEqual([]);
    }
  });

  it('hold sockets of which BPF and sock_diag tell the same', async () => {
    const source = new LiveSource();
    const { sockets } = await heldByListing(source, pids());
    const told = heldByProc(source, pids(), places()).sockets;
    expect(told.size).toBeGreaterThan(40);
    const differences = [...told].flatMap(([inode, socket]) => {
      const listed = sockets.get(inode);
      const difference = listed === undefined ? 'not listed' : differenceOf(listed, socket, TOLERANCE_MS);
      return difference === null ? [] : [`${inode} ${socket.state}: ${difference}`];
    });
    expect(differences).toEqual([]);
  });

  it('lists sockets that were reset with their former ends, and that their peer had ended them', async () => {
    const source = new LiveSource();
    const closedButHeld = programs[4]?.pid ?? 0;
    const { sockets } = await heldByListing(source, new Set([closedButHeld]));
    const closed = [...sockets.values()].filter(({ state }) => state === 'CLOSED');
    expect(closed).toHaveLength(3);
    for (const socket of closed) {
      expect(socket).toMatchObject({ finReceived: true, receiveShutDown: true, isKernels: false });
      expect(socket.remote.port).toBeGreaterThan(0);
    }
  });

  it('lists nothing that was not asked for', async () => {
    const request = { states: ['CLOSE-WAIT'], congested: false, instances: false } as const;
    const { rows } = await heldByListing(new LiveSource(), pids(), request);
    expect(rows.length).toBeGreaterThan(28);
    expect(rows.filter((row) => !row.includes(' CLOSE-WAIT '))).toEqual([]);
  });

  it('are the same in a recording, also where less is asked for than was recorded', async () => {
    const lines: string[] = [];
    const recorder = new Recorder(new LiveSource(), (line) => lines.push(line), { writtenBy: '0.1.0' });
    recorder.beginLook();
    const live = await heldByListing(recorder, pids());
    recorder.close();
    const replayer = new Replayer(Buffer.from(lines.join('')), 'test.cwr');
    replayer.beginLook();
    const replayed = await heldByListing(replayer, pids());
    expect(replayed.rows).toEqual(live.rows);
    for (const [inode, socket] of replayed.sockets) {
      expect(differenceOf(socket, live.sockets.get(inode) ?? socket, 0)).toBeNull();
    }
    const fewer = { states: ['CLOSE-WAIT', 'LISTEN'], congested: false, instances: false } as const;
    const narrowed = await heldByListing(replayer, pids(), fewer);
    expect(narrowed.rows).toEqual(live.rows.filter((row) => / (?:CLOSE-WAIT|LISTEN) /.test(row)));
  });

  it('are not asked for in a recording without them, so that tables are read instead', async () => {
    const lines: string[] = [];
    new Recorder(new LiveSource(), (line) => lines.push(line), { writtenBy: '0.1.0' }).close();
    const source: KernelSource = new Replayer(Buffer.from(lines.join('')), 'test.cwr');
    expect(await source.listHeld(EVERYTHING)).toMatchObject({ known: false, why: 'not-asked' });
    expect(await source.listSocketUses(OWN, ['CLOSE-WAIT'])).toMatchObject({ known: false, why: 'not-asked' });
  });

  it('are found while processes and descriptors come and go', async () => {
    using namespace = makeNamespace();
    await using churning = await startProgram('churn', [50], namespace);
    const source = new LiveSource();
    const stays = new Set([churning.pid]);
    for (let round = 0; round < 5; round++) {
      const { rows } = await heldByListing(source, stays);
      expect(rows).toEqual(heldByProc(source, stays, [namespace]).rows);
      expect(rows.filter((row) => row.includes('CLOSE-WAIT'))).toHaveLength(churning.told('closeWait'));
    }
  });

  it('in another pid namespace have the numbers that they have here', async () => {
    using namespace = makeNamespace();
    await using _held = await startProgram('hold', ['--ipv4', 2], insidePidNamespace(namespace));
    const source = new LiveSource();
    const found = pidsIn([namespace]);
    const { rows } = await heldByListing(source, found);
    expect(rows.filter((row) => row.includes('CLOSE-WAIT'))).toHaveLength(2);
    expect(rows).toEqual(heldByProc(source, found, [namespace]).rows);
  });
});

describe('what keeps a socket', () => {
  const usesIn = async (namespace: NetworkNamespace): Promise<readonly SocketUse[]> => {
    const listed = await new LiveSource().listSocketUses(namespace, ['CLOSE-WAIT']);
    if (!listed.known) throw new Error(listed.detail);
    const uses = decodeSocketUses(listed.value);
    if (!uses.ok) throw new Error(describeProblem(uses.problem));
    return uses.value;
  };

  it('is a file, also where its descriptor is in flight and in no table', async () => {
    using namespace = makeNamespace();
    await using _sender = await startProgram('in-flight', [2], namespace);
    const uses = await usesIn(namespace);
    expect(uses).toHaveLength(2);
    for (const use of uses) expect(use).toMatchObject({ hasFile: true, isKernels: false, finReceived: true });
  });

  it('is nothing yet for a connection in an accept queue', async () => {
    using namespace = makeNamespace();
    await using _listener = await startProgram('unaccepted', [0, 3], namespace);
    const uses = await usesIn(namespace);
    expect(uses).toHaveLength(3);
    for (const use of uses) expect(use).toMatchObject({ hasFile: false, inode: 0, isKernels: false });
  });

  it.skipIf(!existsSync('/proc/sys/net/mptcp'))('is the descriptor of an MPTCP socket for its subflow', async () => {
    using network = openMptcpClient();
    const request = { states: ['CLOSE-WAIT'], congested: false, instances: false } as const;
    const { rows } = await heldByListing(new LiveSource(), new Set([process.pid]), request);
    const inode = fstatSync(network.client).ino;
    expect(rows).toContain(`${process.pid} ${process.pid} ${network.client} mptcp ${inode}`);
    const facts = await look(new LiveSource(), { states: ['CLOSE-WAIT'], depth: 'list' });
    const stuck = facts.sockets.filter((socket) => socket.inode === inode);
    expect(stuck).toMatchObject([{ state: 'CLOSE-WAIT', local: { port: network.port } }]);
    expect(facts.holders.get(inode)).toEqual([{ pid: process.pid, tid: process.pid, fd: network.client }]);
  });
});

/** linux/in.h */
const IPPROTO_MPTCP = 262;

/** A client with MPTCP whose server does not know it, and has ended the connection. */
function openMptcpClient(): Disposable & { readonly client: number; readonly port: number } {
  const valueOf = <T>(result: SystemResult<T>): T => {
    if (!result.ok) throw new Error(`${result.op}: ${result.errno}`);
    return result.value;
  };
  const listener = valueOf(openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  valueOf(bindIpv4(listener, { address: '127.0.0.1', port: 0 }));
  valueOf(listenOn(listener, 1));
  const client = valueOf(openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP));
  valueOf(connectIpv4(client, valueOf(localIpv4(listener))));
  const { fd: server, peer } = valueOf(acceptIpv4(listener));
  valueOf(shutdownSending(server));
  return {
    client,
    port: peer.port,
    [Symbol.dispose]: () => {
      for (const fd of [client, server, listener]) closeDescriptor(fd);
    },
  };
}

/** Where a program is process 1, and knows no parent. */
function insidePidNamespace(namespace: NetworkNamespace): Pick<NetworkNamespace, 'inside'> {
  const unshare = ['env', '-u', 'FIXTURE_PARENT', 'unshare', '--pid', '--fork', '--kill-child', '--'];
  return { inside: (command) => namespace.inside([...unshare, ...command]) };
}

describe('without BPF', () => {
  it('a source says why it does not list, and goes on saying it', async () => {
    const off = new LiveSource({ bpf: false });
    expect(await off.listHeld(EVERYTHING)).toMatchObject({ known: false, why: 'not-asked' });
    const elsewhere = new LiveSource({ procRoot: '/host/proc' });
    expect(await elsewhere.listHeld(EVERYTHING)).toMatchObject({ known: false, why: 'unsupported' });
  });

  it.each([
    ['no capability', ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'], 'denied'],
    ['root of a user namespace', ['unshare', '--user', '--map-root-user'], 'denied'],
    ['a pid namespace', ['unshare', '--pid', '--fork', '--mount-proc'], 'unsupported'],
  ])('%s: %s', async (_name, prefix, why) => {
    const script = `
      import { LiveSource } from ${JSON.stringify(new URL('../../packages/closewait/src/kernel/live/live-source.ts', import.meta.url).pathname)};
      const source = new LiveSource({ cacheFolder: null });
      const request = { states: ['CLOSE-WAIT'], congested: false, instances: false };
      process.stdout.write(JSON.stringify([await source.listHeld(request), await source.listHeld(request)]));`;
    const { stdout, stderr } = await run([...prefix, process.execPath, '--input-type=module', '-e', script]);
    const [first, second] = JSON.parse(stdout || `[${JSON.stringify(stderr)}]`) as readonly unknown[];
    expect(first).toMatchObject({ known: false, why });
    expect(second).toEqual(first);
  });
});
