import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Facts, KernelSource, NamespaceRef, Suspects } from '@closewait/core/facts';
import { TCP_STATES } from '@closewait/core/tcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../test/support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../../../../test/support/namespace.ts';
import { plainFacts } from '../../../../test/support/plain-facts.ts';
import { type Program, startProgram } from '../../../../test/support/program.ts';
import { LiveSource } from './live/live-source.ts';
import { look } from './look.ts';
import { observe } from './observe.ts';
import { Recorder } from './recording/recorder.ts';
import { Replayer } from './recording/replayer.ts';

expectNothingLeaked();

/** Field 39 of proc_pid_stat(5): one on which this process may run. */
const OWN_PROCESSOR = Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[36]);
const ALL_STATES = TCP_STATES.filter((state) => state !== 'CLOSED');
const server = createServer();
let namespace: NetworkNamespace;
let holder: Program;
const lines: string[] = [];
/** Each implementation of the port, and how it came to know what it answers. */
const sources: Record<string, () => KernelSource> = {
  'the live kernel': () => new LiveSource(),
  'a live kernel that is recorded': () => new Recorder(new LiveSource(), () => undefined, { writtenBy: '0.1.0' }),
  'a recording': () => new Replayer(Buffer.from(lines.join('')), 'test.cwr'),
};

beforeAll(async () => {
  namespace = makeNamespace();
  holder = await startProgram('hold', ['--ipv4', 3, '--ipv6', 2, '--mapped', 1, '--bytes', 18], namespace);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const recorder = new Recorder(new LiveSource(), (line) => lines.push(line), { writtenBy: '0.1.0' });
  await look(recorder, { states: ALL_STATES, depth: 'report' });
  await recorder.readDescriptors([{ pid: process.pid, tid: process.pid }]);
  recorder.countDescriptors(holder.pid);
  recorder.readSchedulerClock(OWN_PROCESSOR);
  recorder.close();
});

/** At the holder of this file alone: other tests may have processes. */
const TWO_LOOKS = {
  states: ['CLOSE-WAIT'],
  depth: 'report',
  choose: ({ sockets, holders }: Facts): Suspects => {
    const inodes = new Set(sockets.filter(({ netns }) => netns === namespace.inode).map(({ inode }) => inode));
    return {
      pids: new Set([...inodes].flatMap((inode) => (holders.get(inode) ?? []).map(({ pid }) => pid))),
      inodes,
      hidden: new Set<number>(),
    };
  },
} as const;

afterAll(async () => {
  server.close();
  await holder[Symbol.asyncDispose]();
  namespace[Symbol.dispose]();
});

const foreign = (): NamespaceRef => ({ inode: namespace.inode, path: namespace.path });

describe.each(Object.keys(sources))('%s as a kernel source', (name) => {
  const open = (): KernelSource => sources[name]?.() ?? new LiveSource();

  it('finds the sockets of every namespace with families, queues, cookies and holders', async () => {
    const facts = await look(open(), { states: ['CLOSE-WAIT'], depth: 'report' });
    const sockets = facts.sockets.filter(({ netns }) => netns === namespace.inode);
    expect(sockets.map(({ family }) => family).toSorted()).toEqual([
      'ipv4',
      'ipv4',
      'ipv4',
      'ipv4-mapped',
      'ipv6',
      'ipv6',
    ]);
    for (const socket of sockets) {
      expect(socket.rxQueueBytes).toBe(19);
      expect(socket.info).toMatchObject({
        known: true,
        value: { state: 'CLOSE-WAIT', bytesReceived: 19, bytesSent: 0 },
      });
      expect(socket.cookie).toBeGreaterThan(0n);
      expect(facts.holders.get(socket.inode)).toMatchObject([{ pid: holder.pid, tid: holder.pid }]);
    }
    expect(facts.processes.get(holder.pid)).toMatchObject({
      name: { known: true, value: 'hold' },
      uid: { known: true, value: 0 },
      netns: { known: true, value: namespace.inode },
      descriptors: { known: true },
    });
  });

  it('dumps the states that were asked for and no others', () => {
    const source = open();
    const listening = source.dumpSockets(foreign(), { family: 'any', states: ['LISTEN'], extensions: [] });
    const stuck = source.dumpSockets(foreign(), { family: 'any', states: ['CLOSE-WAIT'], extensions: [] });
    const bytesOf = (dump: typeof stuck): number => (dump.known ? Buffer.concat(dump.value).length : -1);
    expect(bytesOf(listening)).toBeGreaterThan(0);
    // Six sockets of one size, and the end of the dump.
    expect(bytesOf(stuck)).toBeGreaterThan(5 * 72);
  });

  it('says that a process is gone, or that it was not asked, and never that it has nothing', async () => {
    const source = open();
    const nobody = { pid: 2 ** 22 + 1, tid: 2 ** 22 + 1 };
    expect(await source.readDescriptors([nobody])).toMatchObject([{ known: false }]);
    expect(source.readFile('/proc/4194305/stat')).toMatchObject({ known: false });
    expect(source.readLink('/proc/4194305/exe')).toMatchObject({ known: false });
  });

  it('finds epoll instances and io_urings beside the sockets of a table', async () => {
    const { pid } = process;
    const [table] = await open().readDescriptors([{ pid, tid: pid }]);
    if (table?.known !== true) throw new Error(table?.detail);
    // The event loop of this process has one.
    expect(table.value.epolls.length).toBeGreaterThan(0);
    expect([...table.value.epolls].filter((fd) => table.value.fds.includes(fd))).toEqual([]);
    expect(table.value.rings).toBeInstanceOf(Int32Array);
  });

  it('counts the descriptors of a process', () => {
    const source = open();
    expect(source.countDescriptors(holder.pid)).toEqual({
      known: true,
      value: readdirSync(`/proc/${holder.pid}/fd`).length,
    });
    expect(source.countDescriptors(2 ** 22 + 1).known).toBe(false);
  });

  it('reads the clock of a processor, and none of a processor that is not there', () => {
    const source = open();
    const clock = source.readSchedulerClock(OWN_PROCESSOR);
    expect(clock.known && clock.value).toBeGreaterThan(0);
    expect(source.readSchedulerClock(8191).known).toBe(false);
    expect(source.readSchedulerClock(-1).known).toBe(false);
  });

  it('times its readers', () => {
    const { value, ms } = open().timed('sock_diag', () => 7);
    expect(value).toBe(7);
    expect(ms).toBeGreaterThanOrEqual(0);
  });
});

describe('the recording', () => {
  it('gives the same facts as the look that was recorded', async () => {
    const written: string[] = [];
    const recorder = new Recorder(new LiveSource(), (line) => written.push(line), {
      writtenBy: '0.1.0',
      withArguments: true,
    });
    const live = await look(recorder, { states: ['CLOSE-WAIT'], depth: 'report' });
    recorder.close();
    const replayed = await look(new Replayer(Buffer.from(written.join('')), 'test.cwr'), {
      states: ['CLOSE-WAIT'],
      depth: 'report',
    });
    expect(plainFacts(replayed)).toEqual(plainFacts(live));
    expect(live.sockets.length).toBeGreaterThan(5);
  });

  it('gives the same facts as the two looks that were recorded, without waiting', async () => {
    const written: string[] = [];
    const recorder = new Recorder(new LiveSource(), (line) => written.push(line), {
      writtenBy: '0.1.0',
      withArguments: true,
    });
    const live = await observe(recorder, { ...TWO_LOOKS, windowMs: 200 });
    recorder.close();
    expect(live.closeLook?.activities.get(holder.pid)?.threads.length).toBe(1);
    const replay = new Replayer(Buffer.from(written.join('')), 'test.cwr');
    expect(plainFacts(await observe(replay, { ...TWO_LOOKS, windowMs: 3_600_000 }))).toEqual(plainFacts(live));
  });

  it('says what is missing where it holds fewer looks', async () => {
    const written: string[] = [];
    const recorder = new Recorder(new LiveSource(), (line) => written.push(line), { writtenBy: '0.1.0' });
    await observe(recorder, { ...TWO_LOOKS, windowMs: 0 });
    recorder.close();
    const once = await observe(new Replayer(Buffer.from(written.join('')), 'test.cwr'), {
      ...TWO_LOOKS,
      windowMs: 500,
    });
    expect(once.closeLook).toMatchObject({ windowMs: null, socketWindowMs: null });
    expect(once.unseen).toContainEqual(expect.objectContaining({ what: 'what moves between two looks' }));

    const never = await observe(new Replayer(Buffer.from(lines.join('')), 'test.cwr'), { ...TWO_LOOKS, windowMs: 500 });
    expect(never.closeLook).toBeNull();
    expect(never.unseen).toContainEqual(expect.objectContaining({ what: 'what threads do' }));
  });

  it('holds no arguments of command lines unless they were asked for', () => {
    const replay = new Replayer(Buffer.from(lines.join('')), 'test.cwr');
    const commandLine = replay.readFile(`/proc/${holder.pid}/cmdline`);
    expect(commandLine.known && Buffer.from(commandLine.value).toString()).toMatch(/hold\0(…\0)+$/);
  });

  it('answers what nobody asked then with not-asked', () => {
    const replay = new Replayer(Buffer.from(lines.join('')), 'test.cwr');
    expect(replay.readFile('/proc/self/environ')).toMatchObject({ known: false, why: 'not-asked' });
  });
});

describe('entering a network namespace', () => {
  it('leaves the thread where it was, also when the namespace cannot be entered', () => {
    const source = new LiveSource();
    const own = source.readInode('/proc/thread-self/ns/net');
    const request = { family: 'ipv4', states: ['LISTEN'], extensions: [] } as const;
    expect(source.dumpSockets(foreign(), request).known).toBe(true);
    expect(source.readInode('/proc/thread-self/ns/net')).toEqual(own);
    expect(source.dumpSockets({ inode: 1, path: '/dev/null' }, request)).toMatchObject({ known: false });
    expect(source.dumpSockets({ inode: 1, path: '/proc/self/ns/gone' }, request)).toMatchObject({
      known: false,
      why: 'gone',
    });
    expect(source.readInode('/proc/thread-self/ns/net')).toEqual(own);
  });
});
