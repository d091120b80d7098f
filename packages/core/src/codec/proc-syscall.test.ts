import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/proc.json' with { type: 'json' };
import {
  type CallArchitecture,
  decodeProcStat,
  decodeProcSyscall,
  decodeWchan,
  descriptorOfCall,
  firstArgumentIsDescriptor,
  type SystemCall,
  type SystemCallName,
  systemCallName,
} from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function kindOf(text: string): string {
  const thread = decodeProcSyscall(bytes(text));
  return thread.ok ? thread.value.kind : 'problem';
}

function callOf(text: string): SystemCall {
  const thread = decodeProcSyscall(bytes(text));
  if (!thread.ok || thread.value.kind !== 'in-call') throw new Error(`no call: ${text}`);
  return thread.value.call;
}

/** A call of a 64-bit program with these arguments. */
function call(number: number, ...args: readonly bigint[]): SystemCall {
  return { number, args: [...args, 0n, 0n, 0n, 0n, 0n, 0n].slice(0, 6), is32Bit: false };
}

describe('decodeProcSyscall', () => {
  it('gives the number and six whole registers of a call', () => {
    expect(decodeProcSyscall(bytes(fixture.syscall.epollWait))).toEqual({
      ok: true,
      value: {
        kind: 'in-call',
        call: { number: 232, args: [0x16n, 0x7f05545f4e60n, 4n, 0xffffffffn, 0n, 0x7ffc2e3c8cc7n], is32Bit: false },
      },
    });
  });

  it('tells a thread that runs from one that was stopped in its own code', () => {
    expect(kindOf(fixture.syscall.running)).toBe('running');
    expect(kindOf(fixture.syscall.stoppedLoop)).toBe('blocked-outside');
  });

  it("does not take the registers of io_uring's threads for a call that they are in", () => {
    expect(kindOf(fixture.syscall.ringWorker)).toBe('kernel-worker');
    expect(kindOf(fixture.syscall.ringThread)).toBe('kernel-worker');
    expect(kindOf(fixture.syscall.kernelThread)).toBe('kernel-worker');
  });

  it('sees by its stack that a program is a 32-bit one', () => {
    expect(callOf(fixture.syscall.program32)).toMatchObject({ number: 162, is32Bit: true });
    expect(systemCallName('x64', callOf(fixture.syscall.program32))).toBeNull();
  });

  it.each([
    '',
    'runn',
    '0 0x14 0x7f05',
    '-1 0x7ffd',
    '0 20 1 2 3 4 5 6 7',
    '-2 0x7ffd1bdf3a10 0x556f4d109620',
  ])('is a problem for %j', (text) => expect(kindOf(text)).toBe('problem'));
});

describe('systemCallName', () => {
  it.each([
    ['read', 'read'],
    ['accept4', 'accept4'],
    ['epollWait', 'epoll_wait'],
    ['futex', 'futex'],
    ['clockNanosleep', 'clock_nanosleep'],
    ['poll', 'poll'],
    ['continuedPoll', 'restart_syscall'],
  ] as const)('names the call of the recorded thread %s', (thread, name) => {
    expect(systemCallName('x64', callOf(fixture.syscall[thread]))).toBe(name);
  });

  it.each([
    [63, 'read'],
    [202, 'accept'],
    [22, 'epoll_pwait'],
    [98, 'futex'],
    [207, 'recvfrom'],
    [73, 'ppoll'],
    [25, 'fcntl'],
    [426, 'io_uring_enter'],
  ] as const)('has the numbers of arm64: %i is %s', (number, name) => {
    expect(systemCallName('arm64', call(number))).toBe(name);
  });

  it('gives no two calls of an architecture one number, and arm64 all but its missing ones', () => {
    const names = (architecture: CallArchitecture): readonly (SystemCallName | null)[] =>
      Array.from({ length: 512 }, (_, number) => systemCallName(architecture, call(number))).filter(Boolean);
    const onArm64 = new Set(names('arm64'));
    const missing = names('x64').filter((name) => !onArm64.has(name));
    expect(missing).toEqual(['open', 'poll', 'select', 'dup2', 'pause', 'vfork', 'epoll_wait']);
    expect(names('arm64')).toHaveLength(names('x64').length - missing.length);
  });

  it('knows no name for a call outside the table', () => {
    expect(systemCallName('x64', call(39))).toBeNull();
    expect(systemCallName('arm64', call(-5))).toBeNull();
  });
});

describe('descriptorOfCall', () => {
  it('is the first argument of the calls that have one there', () => {
    expect(descriptorOfCall('x64', callOf(fixture.syscall.read))).toBe(20);
    expect(descriptorOfCall('x64', callOf(fixture.syscall.accept4))).toBe(3);
    expect(descriptorOfCall('x64', callOf(fixture.syscall.epollWait))).toBe(22);
  });

  it('is nothing for an address, a time or a clock', () => {
    for (const thread of ['futex', 'clockNanosleep', 'poll', 'continuedPoll', 'program32'] as const) {
      expect(descriptorOfCall('x64', callOf(fixture.syscall[thread]))).toBeNull();
    }
    expect(firstArgumentIsDescriptor('ppoll')).toBe(false);
  });

  it('takes the low 32 bits of the register, and AT_FDCWD for none', () => {
    expect(descriptorOfCall('x64', call(0, 0xdeadbeef00000007n))).toBe(7);
    expect(descriptorOfCall('arm64', call(56, 0xffffffffffffff9cn))).toBeNull();
    expect(descriptorOfCall('arm64', call(56, 0xffffff9cn))).toBeNull();
  });

  it('does not take the index of a registered ring for a descriptor', () => {
    expect(descriptorOfCall('x64', call(426, 5n, 1n, 1n, 1n))).toBe(5);
    expect(descriptorOfCall('x64', call(426, 5n, 1n, 1n, 17n))).toBeNull();
  });
});

describe('decodeWchan', () => {
  it.each([
    [fixture.wchan.read, 'unix_stream_read_generic'],
    [fixture.wchan.poll, 'poll_schedule_timeout'],
    [fixture.wchan.freezer, '__refrigerator'],
    [fixture.wchan.running, null],
  ])('reads %j', (text, symbol) => {
    expect(decodeWchan(bytes(text))).toEqual({ ok: true, value: symbol });
  });

  it('is a problem for what is no symbol', () => {
    expect(decodeWchan(bytes(''))).toMatchObject({ ok: false });
    expect(decodeWchan(bytes('a b'))).toMatchObject({ ok: false });
  });
});

describe('decodeProcStat of a thread', () => {
  it('gives the time that the thread itself was on a processor', () => {
    expect(decodeProcStat(bytes(fixture.stat.busyThread))).toMatchObject({
      value: { pid: 32496, state: 'R', userTimeMs: 290, systemTimeMs: 0, threads: 11 },
    });
  });

  it('shows a task in a frozen cgroup of version 1 in state D', () => {
    expect(decodeProcStat(bytes(fixture.stat.frozenV1))).toMatchObject({ value: { state: 'D', userTimeMs: 0 } });
  });
});
