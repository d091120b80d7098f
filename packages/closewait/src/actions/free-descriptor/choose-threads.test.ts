import { type SystemCallName, systemCallNumber } from '@closewait/core/codec';
import { array, assert, boolean, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreads, type OwnerThread, threadsByDescriptor } from './choose-threads.ts';

function thread(
  tid: number,
  name: SystemCallName | 'running',
  args: readonly bigint[] = [],
  more: Partial<OwnerThread> = {},
): OwnerThread {
  const whole = [0n, 0n, 0n, 0n, 0n, 0n].map((zero, index) => args[index] ?? zero);
  return {
    tid,
    state: name === 'running' ? 'R' : 'S',
    isFiltered: false,
    isTraced: false,
    call:
      name === 'running'
        ? { kind: 'running' }
        : { kind: 'in-call', call: { number: systemCallNumber('x64', name) ?? -1, args: whole, is32Bit: false } },
    ...more,
  };
}

const FUTEX_WAIT_PRIVATE = 128n;
const tidsOf = (threads: readonly OwnerThread[]): readonly number[] => chooseThreads(threads).map(({ tid }) => tid);

describe('chooseThreads', () => {
  it('prefers waits that are taken up again unnoticed to running threads, and those to waits that answer EINTR', () => {
    const threads = [
      thread(1, 'epoll_wait'),
      thread(2, 'running'),
      thread(3, 'futex', [0n, FUTEX_WAIT_PRIVATE, 0n, 0x7000n]),
      thread(4, 'accept4', [3n]),
      thread(5, 'futex', [0n, FUTEX_WAIT_PRIVATE]),
      thread(6, 'sendmsg', [4n]),
    ];
    expect(tidsOf(threads)).toEqual([5, 4, 3, 2, 1, 6]);
  });

  it('leaves out what does not come by: in uninterruptible sleep, stopped, ended, of io_uring, in 32-bit code', () => {
    for (const state of ['D', 'T', 't', 'Z', 'X', 'I'])
      expect(tidsOf([thread(1, 'accept', [], { state })])).toEqual([]);
    expect(tidsOf([thread(1, 'accept', [], { call: { kind: 'kernel-worker' } })])).toEqual([]);
    expect(tidsOf([thread(1, 'accept', [], { isTraced: true })])).toEqual([]);
    const call = { number: 7, args: [], is32Bit: true } as const;
    expect(tidsOf([thread(1, 'accept', [], { call: { kind: 'in-call', call } })])).toEqual([]);
  });

  it('leaves out what a seccomp filter might end, and asks the others of the same process', () => {
    const filtered = { isFiltered: true } as const;
    const threads = [
      thread(1, 'nanosleep', [], filtered),
      thread(2, 'poll', [0n, 1n, 5000n], filtered),
      thread(3, 'restart_syscall', [], filtered),
      thread(4, 'futex', [0n, FUTEX_WAIT_PRIVATE, 0n, 0x7000n], filtered),
      thread(5, 'futex', [0n, FUTEX_WAIT_PRIVATE], filtered),
    ];
    expect(tidsOf(threads)).toEqual([5]);
  });

  it('asks each thread at most once, and none that was not given', () => {
    const names = ['futex', 'accept', 'epoll_wait', 'running', 'nanosleep', 'ioctl', 'read'] as const;
    assert(
      property(array(constantFrom(...names)), boolean(), (chosen, isFiltered) => {
        const threads = chosen.map((name, index) => thread(index + 1, name, [], { isFiltered }));
        const tids = tidsOf(threads);
        expect(new Set(tids).size).toBe(tids.length);
        for (const tid of tids) expect(tid).toBeLessThanOrEqual(threads.length);
      }),
    );
  });
});

describe('threadsByDescriptor', () => {
  it('tells which thread waits in a call on a descriptor', () => {
    const threads = [
      thread(1, 'recvfrom', [7n]),
      thread(2, 'futex', [8n]),
      thread(3, 'running'),
      thread(4, 'accept4', [9n]),
    ];
    expect([...threadsByDescriptor(threads)]).toEqual([
      [7, 1],
      [9, 4],
    ]);
  });
});
