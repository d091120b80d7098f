import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type FreeOptions, freeDescriptors, REUSE_WARNING } from '../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { CAUSE_IDS, known, unknown } from '../../packages/core/src/facts/index.ts';
import { giveBack } from '../support/give-back.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { isAlive, linkOf, linksOf, ownerOf, type SocketDescriptor, socketAt, untilAsleep } from '../support/owner.ts';
import { type Program, startProgram } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const ORDER = {
  source: new LiveSource(),
  cause: 'descriptor-leaked',
  acceptsReuse: true,
} as const satisfies FreeOptions;

/** A program with its first descriptor, all of it asleep. */
async function startUses(
  namespace: Pick<NetworkNamespace, 'inside'>,
  ...args: readonly string[]
): Promise<Program & { readonly first: SocketDescriptor }> {
  const program = await startProgram('descriptor-uses', args, namespace);
  await untilAsleep(program.pid);
  return { ...program, first: socketAt(program.pid, program.told('fd0')) };
}

describe('what is not done at all', () => {
  it('is done for three causes only, and only where the danger was accepted', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'leak');
    const owner = ownerOf(program.pid);
    for (const cause of CAUSE_IDS) {
      const [outcome] = await freeDescriptors(owner, [program.first], { ...ORDER, cause, acceptsReuse: false });
      expect(outcome).toMatchObject({
        kind: 'refused',
        hint: expect.stringMatching(/--accept-descriptor-reuse|explain/),
      });
    }
    const [other] = await freeDescriptors(owner, [program.first], { ...ORDER, cause: 'worker-stuck' });
    expect(other?.detail).toBe(
      'descriptors are given back for descriptor-leaked, close-missing, closed-but-held only, and this is worker-stuck',
    );
    expect(REUSE_WARNING).toMatch(/reads, writes or closes that other one/);
    expect(linkOf(program.pid, program.first.fd)).toBe(`socket:[${program.first.inode}]`);
    expect(await freeDescriptors(owner, [program.first], ORDER)).toMatchObject([{ kind: 'ended' }]);
    expect(await freeDescriptors(owner, [program.first], ORDER)).toMatchObject([{ kind: 'already-gone' }]);
    expect(await freeDescriptors(owner, [], ORDER)).toEqual([]);
  });

  it('is not done to another process, to one that has ended, to one of the kernel and to itself', async () => {
    using namespace = makeNamespace();
    const program = await startUses(namespace, 'pause', 'leak');
    const owner = ownerOf(program.pid);
    const earlier = { ...owner, startedAtMs: owner.startedAtMs - 60_000 };
    expect(await freeDescriptors(earlier, [program.first], ORDER)).toMatchObject([
      { kind: 'changed', detail: `process ${program.pid} is another one by now` },
    ]);
    await program[Symbol.asyncDispose]();
    expect(await freeDescriptors(owner, [program.first], ORDER)).toMatchObject([{ kind: 'already-gone' }]);
    const kernels = readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && /^Kthread:\t1$/m.test(statusOf(pid)));
    expect(await freeDescriptors(ownerOf(Number(kernels)), [program.first], ORDER)).toEqual([
      { kind: 'refused', detail: `process ${kernels} is a thread of the kernel` },
    ]);
    expect(await freeDescriptors(ownerOf(process.pid), [program.first], ORDER)).toEqual([
      { kind: 'refused', detail: `process ${process.pid} is this command itself` },
    ]);
  });

  it('is not supported by a kernel without the function, without BTF, or with a BTF that is cut', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'leak');
    const owner = ownerOf(program.pid);
    const btf = Buffer.from(readFileSync('/sys/kernel/btf/vmlinux'));
    const older = Buffer.from(
      btf.toString('latin1').replaceAll('task_work_schedule_signal', 'task_work_schedule_later_'),
      'latin1',
    );
    const outcomesWith = (answer: ReturnType<LiveSource['readFile']>): ReturnType<typeof freeDescriptors> => {
      const readFile: LiveSource['readFile'] = (path) =>
        path === '/sys/kernel/btf/vmlinux' ? answer : ORDER.source.readFile(path);
      return freeDescriptors(owner, [program.first], {
        ...ORDER,
        source: Object.assign(new LiveSource(), { readFile }),
      });
    };
    expect(await outcomesWith(known(older))).toEqual([
      {
        kind: 'unsupported',
        detail: 'this kernel has no bpf_task_work_schedule_signal(): Linux 6.18 and later have it',
        hint: expect.stringMatching(/^restart it/),
      },
    ]);
    expect(await outcomesWith(unknown('gone', 'read /sys/kernel/btf/vmlinux: ENOENT'))).toEqual([
      {
        kind: 'unsupported',
        detail: 'read /sys/kernel/btf/vmlinux: ENOENT',
        hint: 'a kernel with CONFIG_DEBUG_INFO_BTF',
      },
    ]);
    expect(await outcomesWith(known(btf.subarray(0, -1)))).toMatchObject([
      { kind: 'unsupported', detail: expect.stringMatching(/^\/sys\/kernel\/btf\/vmlinux: /) },
    ]);
    expect(linkOf(program.pid, program.first.fd)).not.toBeNull();
  });
});

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

describe('what is not allowed', () => {
  it.each([
    ['without any capability', ['setpriv', '--bounding-set=-all'], 'denied', /CAP_BPF and CAP_PERFMON/],
    [
      'as root of a user namespace',
      ['unshare', '--user', '--map-root-user'],
      'denied',
      /in the initial user namespace/,
    ],
    [
      'without a right to its threads',
      ['setpriv', '--bounding-set=-all,+bpf,+perfmon'],
      'denied',
      /CAP_SYS_PTRACE.*yama/,
    ],
    ['in a pid namespace of its own', ['unshare', '--pid', '--fork', '--kill-child'], 'unsupported', /on the host/],
  ] as const)('%s', async (_name, within, kind, hint) => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'leak');
    const outcomes = await giveBack(ownerOf(program.pid), [program.first], within);
    expect(outcomes).toMatchObject([{ kind, hint: expect.stringMatching(hint) }]);
    expect(linkOf(program.pid, program.first.fd)).toBe(`socket:[${program.first.inode}]`);
  });

  it('is enough: CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'leak');
    const within = ['setpriv', '--bounding-set=-all,+bpf,+perfmon,+sys_ptrace'];
    expect(await giveBack(ownerOf(program.pid), [program.first], within)).toMatchObject([{ kind: 'ended' }]);
  });
});

describe('owners', () => {
  it('of another user and in namespaces of their own give back what is theirs', async () => {
    using namespace = makeNamespace();
    const apart = [
      'unshare',
      '--user',
      '--map-root-user',
      '--pid',
      '--fork',
      '--kill-child',
      'env',
      '-u',
      'FIXTURE_PARENT',
    ];
    await using program = await startProgram('descriptor-uses', ['pause', 'leak'], {
      inside: (command) => namespace.inside([...apart, ...command]),
    });
    const [pid = 0] = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    await untilAsleep(pid);
    const descriptor = socketAt(pid, program.told('fd0'));
    expect(await freeDescriptors(ownerOf(pid), [descriptor], ORDER)).toMatchObject([{ kind: 'ended' }]);
    await using nobody = await startProgram('hold', ['--ipv4', 1, '--uid', 65_534], namespace);
    const held = socketAt(nobody.pid, nobody.told('firstFd'));
    expect(await freeDescriptors(ownerOf(nobody.pid), [held], ORDER)).toMatchObject([{ kind: 'ended' }]);
  });

  it('whose first thread has ended, or with a table of one thread alone, give back what is in the table', async () => {
    using namespace = makeNamespace();
    for (const name of ['dead-leader', 'private-table'] as const) {
      await using program = await startProgram(name, [3], namespace);
      const path = `/proc/${program.pid}/task/${program.told('tid')}/fd`;
      const rows = execFileSync('ls', ['-l', path], { encoding: 'utf8' }).matchAll(/ (\d+) -> socket:\[(\d+)\]/g);
      const orders = [...rows].map(([, fd, inode]) => ({ fd: Number(fd), inode: Number(inode) }));
      const outcomes = await freeDescriptors(ownerOf(program.pid), orders, ORDER);
      const ended = outcomes.filter(({ kind }) => kind === 'ended').map(({ detail }) => detail);
      expect(ended.length, name).toBe(3);
      for (const detail of ended) expect(detail).toMatch(/^descriptor \d+ is closed and its number is free/);
    }
  });

  it('that are stopped or traced are left alone, and what to do is said', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'leak');
    const { pid, first } = program;
    process.kill(pid, 'SIGSTOP');
    await waitUntil('it is stopped', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '));
    expect(await freeDescriptors(ownerOf(pid), [first], ORDER)).toEqual([
      {
        kind: 'refused',
        detail: `process ${pid} is stopped by a signal and would not come by`,
        hint: `closewait close pid:${pid} --with thaw`,
      },
    ]);
    process.kill(pid, 'SIGCONT');
    const tracer = spawn(process.execPath, [TRACER, `--parent=${process.pid}`, `--pid=${pid}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(tracer, 'close');
    await once(tracer.stdout, 'data');
    expect(await freeDescriptors(ownerOf(pid), [first], ORDER)).toMatchObject([
      { kind: 'refused', detail: `process ${pid} is traced by process ${tracer.pid}, which decides when it goes on` },
    ]);
    tracer.kill('SIGKILL');
    await closed;
    await untilAsleep(pid);
    expect(await freeDescriptors(ownerOf(pid), [first], ORDER)).toMatchObject([{ kind: 'ended' }]);
  });

  it('that a cgroup has frozen are left alone', async () => {
    using namespace = makeNamespace();
    const freezers = findFreezers();
    expect(freezers.length).toBeGreaterThan(0);
    for (const { folder, control, frozen, thawed } of freezers) {
      await using program = await startUses(namespace, 'pause', 'leak');
      const { pid, first } = program;
      mkdirSync(folder);
      try {
        writeFileSync(`${folder}/cgroup.procs`, `${pid}`);
        writeFileSync(`${folder}/${control}`, frozen);
        await waitUntil('it is frozen', () => /FROZEN|frozen 1/.test(stateOf(folder)));
        const outcomes = await freeDescriptors(ownerOf(pid), [first], ORDER);
        writeFileSync(`${folder}/${control}`, thawed);
        expect(outcomes).toMatchObject([{ kind: 'refused', hint: `closewait close pid:${pid} --with thaw` }]);
        expect(outcomes[0]?.detail).toBe(`process ${pid} is frozen by its cgroup and would not come by`);
        expect(linkOf(pid, first.fd)).toBe(`socket:[${first.inode}]`);
      } finally {
        process.kill(pid, 'SIGKILL');
        await waitUntil('the cgroup is empty', () => readFileSync(`${folder}/cgroup.procs`, 'utf8') === '');
        rmdirSync(folder);
      }
    }
  });

  it('under a seccomp filter are interrupted only where the filter cannot end them', async () => {
    using namespace = makeNamespace();
    await using sleeper = await startUses(namespace, 'sleep', 'filtered');
    expect(await freeDescriptors(ownerOf(sleeper.pid), [sleeper.first], ORDER)).toMatchObject([
      { kind: 'refused', detail: expect.stringContaining('under a seccomp filter') },
    ]);
    expect(isAlive(sleeper.pid)).toBe(true);
    for (const wait of ['futex', 'epoll', 'pause']) {
      await using other = await startUses(namespace, wait, 'filtered');
      expect(await freeDescriptors(ownerOf(other.pid), [other.first], ORDER), wait).toMatchObject([{ kind: 'ended' }]);
      expect(isAlive(other.pid)).toBe(true);
    }
    await using both = await startUses(namespace, 'sleep', 'filtered', 'thread');
    expect(await freeDescriptors(ownerOf(both.pid), [both.first], ORDER)).toMatchObject([{ kind: 'ended' }]);
    expect(isAlive(both.pid)).toBe(true);
  });

  it('with 32-bit code are left alone', async () => {
    using namespace = makeNamespace();
    const [file = '', ...args] = namespace.inside(['python3', '-c', BECOMES_32_BIT, compile32Bit()]);
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    const { pid = 0 } = child;
    try {
      await waitUntil('it is the other program', () =>
        readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('pause-32'),
      );
      await untilAsleep(pid);
      const fd = [...linksOf(pid)].find(([, link]) => link.startsWith('socket:'))?.[0] ?? -1;
      const outcomes = await freeDescriptors(ownerOf(pid), [socketAt(pid, fd)], ORDER);
      expect(outcomes).toMatchObject([
        { kind: 'refused', detail: `process ${pid} runs 32-bit code, whose calls are not looked through` },
      ]);
      expect(isAlive(pid)).toBe(true);
    } finally {
      child.kill('SIGKILL');
      await closed;
    }
  });

  it('that end at that very moment are said to have ended', async () => {
    using namespace = makeNamespace();
    const kinds = new Set<string>();
    for (let run = 0; run < 30; run++) {
      await using program = await startProgram('hold', ['--ipv4', 100, '--bytes', 9], namespace);
      const { pid } = program;
      const sockets = [...linksOf(pid)].filter(
        ([fd, link]) => fd >= program.told('firstFd') && link.startsWith('socket:'),
      );
      const orders = sockets.map(([fd]) => socketAt(pid, fd));
      const owner = ownerOf(pid);
      const killer = spawn('sh', ['-c', `sleep 0.0${String(run).padStart(2, '0')}; kill -9 ${pid}`], {
        stdio: 'inherit',
      });
      const [outcomes] = await Promise.all([freeDescriptors(owner, orders, ORDER), once(killer, 'close')]);
      for (const { kind, detail } of outcomes) kinds.add(kind === 'refused' ? detail : kind);
    }
    expect(['ended', 'already-gone']).toEqual(expect.arrayContaining([...kinds]));
  });
});

describe('descriptors', () => {
  it('of several holders are refused with the list of them', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'fork');
    const child = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8').trim();
    const { fd } = program.first;
    expect(await freeDescriptors(ownerOf(program.pid), [program.first], ORDER)).toEqual([
      {
        kind: 'refused',
        detail: `descriptor ${fd} is not the only reference to its socket: 1 more, by copies of it or by calls in progress; descriptor ${fd} of ${program.pid}, descriptor ${fd} of ${child}`,
        hint: 'every holder has to let go',
      },
    ]);
  });

  it('of a table that another process has, too, are refused', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'shared');
    expect(await freeDescriptors(ownerOf(program.pid), [program.first], ORDER)).toMatchObject([
      { kind: 'refused', detail: `thread ${program.pid} shares its descriptors with another process` },
    ]);
  });

  it('on which a thread waits are refused before anybody is interrupted, and the others are closed', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'writer', 'leak');
    const other = socketAt(program.pid, program.told('fd1'));
    expect(await freeDescriptors(ownerOf(program.pid), [program.first, other], ORDER)).toMatchObject([
      { kind: 'refused', detail: expect.stringMatching(/is in use: thread \d+ waits in a call on it$/) },
      {
        kind: 'ended',
        detail: expect.stringMatching(/is closed and its number is free; the process had \d+ open and has \d+$/),
      },
    ]);
  });

  it('that would linger are closed when their connection has been ended', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'linger');
    const owner = ownerOf(program.pid);
    expect(await freeDescriptors(owner, [program.first], ORDER)).toMatchObject([
      {
        kind: 'refused',
        detail: expect.stringContaining('SO_LINGER'),
        hint: expect.stringContaining('--with destroy'),
      },
    ]);
    const [file = '', ...args] = namespace.inside(['ss', '-K', 'state', 'close-wait']);
    execFileSync(file, args);
    const startedMs = performance.now();
    expect(await freeDescriptors(owner, [program.first], ORDER)).toMatchObject([{ kind: 'ended' }]);
    await untilAsleep(program.pid);
    // The time that it would linger is 30 s.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('with another inode, cookie or number are not the ones that were meant', async () => {
    using namespace = makeNamespace();
    await using program = await startUses(namespace, 'pause', 'leak', 'leak');
    const { fd, inode } = program.first;
    const other = socketAt(program.pid, program.told('fd1'));
    const orders = [
      { fd, inode: other.inode },
      { fd, inode, cookie: 1n },
      { fd: 60_000, inode },
      { fd: program.told('bystander'), inode },
    ];
    const outcomes = await freeDescriptors(ownerOf(program.pid), orders, ORDER);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['changed', 'changed', 'already-gone', 'changed']);
    expect(linkOf(program.pid, fd)).toBe(`socket:[${inode}]`);
  });
});

const TRACER = fileURLToPath(new URL('../../packages/closewait/src/lab/programs/tracer.ts', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../../node_modules/.cache/closewait/programs', import.meta.url));

/** Makes a connection that is stuck and becomes another program, which inherits it. */
const BECOMES_32_BIT = `
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
client.close()
listener.close()
os.set_inheritable(server.fileno(), True)
os.execv(sys.argv[1], [sys.argv[1]])
`;

/** A program without a C library, which a 64-bit system need not have for 32 bits: pause(2) for ever. */
function compile32Bit(): string {
  mkdirSync(PROGRAMS, { recursive: true });
  const source = 'void _start(void) { for (;;) __asm__ volatile("int $0x80" : : "a"(29)); }';
  const options = ['-m32', '-nostdlib', '-static', '-ffreestanding', '-x', 'c', '-'];
  execFileSync('gcc', [...options, '-o', `${PROGRAMS}/pause-32`], {
    input: source,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  return `${PROGRAMS}/pause-32`;
}

interface Freezer {
  readonly folder: string;
  readonly control: string;
  readonly frozen: string;
  readonly thawed: string;
}

/** Those of both versions that are mounted here. */
function findFreezers(): readonly Freezer[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const mountOf = (kind: RegExp): string | undefined => mounts.find((line) => kind.test(line))?.split(' ')[4];
  const [first, second] = [mountOf(/ - cgroup .*\bfreezer\b/), mountOf(/ - cgroup2 /)];
  const name = `cwt-free-${process.pid}`;
  return [
    ...(first === undefined
      ? []
      : [{ folder: `${first}/${name}`, control: 'freezer.state', frozen: 'FROZEN', thawed: 'THAWED' }]),
    ...(second === undefined
      ? []
      : [{ folder: `${second}/${name}`, control: 'cgroup.freeze', frozen: '1', thawed: '0' }]),
  ];
}

function stateOf(folder: string): string {
  const file = readdirSync(folder).find((name) => name === 'freezer.state' || name === 'cgroup.events') ?? '';
  return readFileSync(`${folder}/${file}`, 'utf8');
}
