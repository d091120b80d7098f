import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { chooseSuspects, DIAGNOSED_STATES } from '@closewait/core/diagnose';
import type { CloseLook, Facts, ProcessActivity, ThreadFacts } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { LiveSource, observe } from '../../packages/closewait/src/kernel/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { type Program, startProgram } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const WINDOW_MS = 300;

function lookTwice(windowMs = WINDOW_MS): Promise<Facts> {
  return observe(new LiveSource(), {
    states: DIAGNOSED_STATES,
    depth: 'report',
    windowMs,
    choose: (facts) => chooseSuspects(facts, { minAgeMs: 0 }),
  });
}

function closeLookOf({ closeLook }: Facts): CloseLook {
  if (closeLook === null) throw new Error('nobody was looked at closely');
  return closeLook;
}

function activityOf(facts: Facts, pid: number): ProcessActivity {
  const activity = closeLookOf(facts).activities.get(pid);
  if (activity === undefined) throw new Error(`process ${pid} was not looked at closely`);
  return activity;
}

function threadOf(facts: Facts, program: Program, name: string): ThreadFacts | undefined {
  return activityOf(facts, program.pid).threads.find(({ tid }) => tid === program.told(name));
}

/** The inode of a socket's descriptor. */
function inodeOf(pid: number, fd: number): number {
  return Number(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]);
}

/** Threads that wait reach their system calls some time after they were started. */
async function startSettled(threads: number, namespace: NetworkNamespace): Promise<Program> {
  const program = await startProgram('close-look', [threads], namespace);
  const callOf = (name: string): string =>
    readFileSync(`/proc/${program.pid}/task/${program.told(name)}/syscall`, 'utf8');
  await waitUntil('its threads wait', () =>
    ['lock', 'read', 'vfork'].every((name) => !/^(running|-1)/.test(callOf(name))),
  );
  await waitUntil('its main thread waits', () => /^\d/.test(readFileSync(`/proc/${program.pid}/syscall`, 'utf8')));
  return program;
}

/** Everything of a process that a look could have changed, but for the thread that runs. */
function stateOf(program: Program, namespace: NetworkNamespace): Readonly<Record<string, unknown>> {
  const { pid } = program;
  const read = (path: string): string => readFileSync(`/proc/${pid}/${path}`, 'utf8');
  const fds = readdirSync(`/proc/${pid}/fd`);
  const tids = readdirSync(`/proc/${pid}/task`);
  const waiting = tids.filter((tid) => Number(tid) !== program.told('spin'));
  // Not SigQ: that is what waits for all processes of the user.
  const kept =
    /^(State|TracerPid|Threads|FDSize|Sig(?:Pnd|Blk|Ign|Cgt)|Shd\w+|Cpus_allowed_list|\w*voluntary_ctxt_switches):.*$/gm;
  const [ss = '', ...words] = namespace.inside(['ss', '-Htaneo', 'state', 'close-wait']);
  return {
    tids,
    links: fds.map((fd) => [fd, readlinkSync(`/proc/${pid}/fd/${fd}`)]),
    fdinfo: fds.map((fd) => [fd, read(`fdinfo/${fd}`)]),
    threads: waiting.map((tid) => [read(`task/${tid}/status`).match(kept), read(`task/${tid}/syscall`)]),
    sockets: execFileSync(ss, words, { encoding: 'utf8' }).split('\n').toSorted(),
    limits: read('limits'),
    cgroup: read('cgroup'),
  };
}

describe('a close look', () => {
  it('changes nothing in the process that it looks at, and nothing in its own', async () => {
    using namespace = makeNamespace();
    await using program = await startSettled(2, namespace);
    const own = (): string =>
      /^Cpus_allowed_list:.*$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[0] ?? '';
    const [before, processors] = [stateOf(program, namespace), own()];
    const facts = await lookTwice();
    expect(activityOf(facts, program.pid).threads.length).toBe(7);
    expect(stateOf(program, namespace)).toEqual(before);
    expect(own()).toBe(processors);
  });

  it('is left out where nothing is suspicious, with the second look', async () => {
    const facts = await observe(new LiveSource(), {
      states: DIAGNOSED_STATES,
      depth: 'report',
      windowMs: 3_600_000,
      choose: () => ({ pids: new Set(), inodes: new Set(), hidden: new Set() }),
    });
    expect(facts.closeLook).toBeNull();
  });

  it('says what each thread does and on which descriptor', async () => {
    using namespace = makeNamespace();
    await using program = await startSettled(0, namespace);
    const facts = await lookTwice();
    const call = (name: string, rest: object = {}): object => ({
      known: true,
      value: { kind: 'in-call', call: { name, ...rest } },
    });
    const steady = { known: true, value: true };
    expect(threadOf(facts, program, 'lock')).toMatchObject({ state: 'S', doing: call('futex'), steady });
    expect(threadOf(facts, program, 'read')).toMatchObject({
      doing: call('read', {
        descriptor: program.told('pipe'),
        target: { known: true, value: readlinkSync(`/proc/${program.pid}/fd/${program.told('pipe')}`) },
      }),
      steady,
    });
    expect(threadOf(facts, program, 'vfork')).toMatchObject({ state: 'D', doing: call('vfork'), steady });
    const spinner = threadOf(facts, program, 'spin');
    expect(spinner).toMatchObject({ steady: { known: true, value: false } });
    // Ready for a processor counts, so that neighbours on a busy machine do not matter.
    expect(spinner?.busyShare.known === true && spinner.busyShare.value).toBeGreaterThan(0.9);
    expect(spinner?.systemShare.known === true && spinner.systemShare.value).toBeLessThan(0.5);
    expect(threadOf(facts, program, 'lock')?.busyShare).toEqual({ known: true, value: 0 });
  });

  it('tells how long a thread has not run', async () => {
    using namespace = makeNamespace();
    await using program = await startSettled(0, namespace);
    const settledAtMs = performance.now();
    await waitUntil('it has waited for a while', () => performance.now() - settledAtMs > 1500);
    const lookedAtMs = performance.now();
    const idle = threadOf(await lookTwice(), program, 'read')?.idleMs;
    const trueMs = lookedAtMs - settledAtMs;
    const idleMs = idle?.known === true ? idle.value : Number.NaN;
    expect(idleMs).toBeGreaterThan(trueMs * 0.95 - 20);
    // The look itself takes a while before it looks at threads; it is measured back to when it began.
    expect(idleMs).toBeLessThan(trueMs * 1.05 + 500);
  });

  it('knows what watches each connection, and takes no other file for one', async () => {
    using namespace = makeNamespace();
    await using program = await startSettled(0, namespace);
    const facts = await lookTwice();
    // The child of its vfork has a table of its own that leads to the same instance.
    const interestIn = (name: string): unknown =>
      closeLookOf(facts)
        .interests.get(inodeOf(program.pid, program.told(name)))
        ?.filter(({ pid }) => pid === program.pid);
    const of = (events: object): readonly object[] => [
      { pid: program.pid, epollFd: program.told('epoll'), events: { out: false, rdhup: false, ...events } },
    ];
    expect(interestIn('level')).toMatchObject(of({ in: true, et: false, oneshot: false, fired: false }));
    expect(interestIn('fired')).toMatchObject(of({ in: false, oneshot: true, fired: true }));
    expect(interestIn('edge')).toMatchObject(of({ in: true, et: true }));
    expect(interestIn('none')).toMatchObject(of({ in: false, et: false, fired: false }));
    expect(interestIn('plain')).toBeUndefined();
    const { epolls, usesIoUring } = activityOf(facts, program.pid);
    expect(epolls.known && epolls.value.map(({ watches }) => watches)).toEqual([5, 0]);
    expect(usesIoUring).toEqual({ known: true, value: false });
  });

  it('reads so many threads of a process and says how many it left out', async () => {
    using namespace = makeNamespace();
    await using program = await startSettled(1100, namespace);
    const facts = await lookTwice(50);
    const { threads, threadCount } = activityOf(facts, program.pid);
    expect(threadCount).toBe(1105);
    expect(threads.length).toBe(1024);
    expect(facts.unseen).toContainEqual(
      expect.objectContaining({ what: `81 of 1105 threads of process ${program.pid}` }),
    );
  });

  it('finds descriptors in flight for connections that nobody holds', async () => {
    using namespace = makeNamespace();
    await using program = await startProgram('in-flight', [2], namespace);
    const { hidden } = closeLookOf(await lookTwice(0));
    expect(hidden.inFlight).toContainEqual(expect.objectContaining({ pid: program.pid, count: 2 }));
  });

  it('tells whether exec closes the descriptors, and who started the process', async () => {
    using namespace = makeNamespace();
    await using program = await startProgram('hold', ['--ipv4', 1, '--dup', 1], namespace);
    const facts = await lookTwice(0);
    const { closeOnExec } = activityOf(facts, program.pid);
    expect(closeOnExec.get(program.told('firstFd'))).toBe(true);
    // dup(2) clears the flag.
    expect(closeOnExec.get(program.told('dupFd'))).toBe(false);
    expect(facts.processes.get(process.pid)?.name.known).toBe(true);
  });

  it('sees what moves, comes and goes between the two looks', async () => {
    using namespace = makeNamespace();
    await using stays = await startProgram('hold', ['--ipv4', 1, '--bytes', 10], namespace);
    await using goes = await startProgram('hold', ['--ipv4', 1, '--bytes', 10], namespace);
    let comes: Program | undefined;
    const gone = inodeOf(goes.pid, goes.told('firstFd'));
    /** The live kernel, in whose pause something happens. */
    class EventfulSource extends LiveSource {
      override async pause(): Promise<void> {
        await goes[Symbol.asyncDispose]();
        comes = await startProgram('hold', ['--ipv4', 1, '--bytes', 10], namespace);
      }
    }
    const facts = await observe(new EventfulSource(), {
      states: DIAGNOSED_STATES,
      depth: 'report',
      windowMs: 1,
      choose: (first) => chooseSuspects(first, { minAgeMs: 0 }),
    });
    const { departed, arrived, socketWindowMs, windowMs } = closeLookOf(facts);
    const here = facts.sockets.filter(({ netns, state }) => netns === namespace.inode && state === 'CLOSE-WAIT');
    expect(here.map(({ inode }) => inode)).toEqual([inodeOf(stays.pid, stays.told('firstFd'))]);
    expect(departed.map(({ inode }) => inode)).toContain(gone);
    expect(arrived.map(({ inode }) => inode)).toContain(inodeOf(comes?.pid ?? 0, comes?.told('firstFd') ?? 0));
    expect(activityOf(facts, stays.pid).openLater).toEqual({
      known: true,
      value:
        facts.processes.get(stays.pid)?.descriptors.known === true ? readdirSync(`/proc/${stays.pid}/fd`).length : 0,
    });
    expect(socketWindowMs ?? 0).toBeGreaterThanOrEqual((windowMs ?? 0) - 10);
    await comes?.[Symbol.asyncDispose]();
  });
});

/** The mounted hierarchies of cgroups in which processes can be frozen. */
const FREEZERS = readFileSync('/proc/self/mountinfo', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, mountPoint = '', type = '', options = ''] =
      /^\S+ \S+ \S+ \S+ (\S+) .* - (\S+) \S+ (\S+)$/.exec(line) ?? [];
    if (type === 'cgroup2') return [{ version: 2, mountPoint, file: 'cgroup.freeze', freeze: '1', thaw: '0' }];
    if (type !== 'cgroup' || !options.split(',').includes('freezer')) return [];
    return [{ version: 1, mountPoint, file: 'freezer.state', freeze: 'FROZEN', thaw: 'THAWED' }];
  });

describe.each(FREEZERS)('the freezer of cgroups of version $version', ({ version, mountPoint, file, freeze, thaw }) => {
  it('is seen frozen and thawed', async () => {
    using namespace = makeNamespace();
    const folder = `${mountPoint}/cwt-${process.pid}`;
    mkdirSync(folder);
    try {
      await using program = await startProgram('hold', ['--ipv4', 1], namespace);
      const isFrozen = async (): Promise<unknown> => activityOf(await lookTwice(0), program.pid).frozen;
      writeFileSync(`${folder}/cgroup.procs`, String(program.pid));
      expect(await isFrozen()).toEqual({ known: true, value: false });
      const says = (what: string): boolean =>
        readFileSync(`${folder}/${version === 1 ? file : 'cgroup.events'}`, 'utf8').includes(what);
      try {
        writeFileSync(`${folder}/${file}`, freeze);
        await waitUntil('it is frozen', () => says(version === 1 ? 'FROZEN' : 'frozen 1'));
        expect(await isFrozen()).toEqual({ known: true, value: true });
      } finally {
        // Nothing kills a process that version 1 has frozen.
        writeFileSync(`${folder}/${file}`, thaw);
      }
      await waitUntil('it goes on', () => says(version === 1 ? 'THAWED' : 'frozen 0'));
      writeFileSync(`${mountPoint}/cgroup.procs`, String(program.pid));
    } finally {
      await waitUntil('its last process has gone', () => readFileSync(`${folder}/cgroup.procs`, 'utf8') === '');
      rmdirSync(folder);
    }
  });
});

it('finds a hierarchy with a freezer on this machine', () => {
  expect(FREEZERS.length).toBeGreaterThan(0);
});
