import { describe, expect, it } from 'vitest';
import { sampleCall, sampleListener, sampleSocket, sampleThread } from '../../../../test/support/sample-facts.ts';
import { known, type ThreadDoing, unknown } from '../facts/index.ts';
import { describeThread } from './describe-thread.ts';

const SOCKETS = [
  sampleListener({ inode: 600, local: { address: '::', port: 8000 } }),
  sampleSocket({ inode: 700, state: 'ESTABLISHED', remote: { address: '10.0.0.3', port: 5432 } }),
  sampleSocket({ inode: 701, state: 'ESTABLISHED', remote: { address: '2001:db8::1', port: 443 } }),
];
const find = (inode: number) => SOCKETS.find((socket) => socket.inode === inode);
const does = (doing: ThreadDoing, state = 'S'): string =>
  describeThread(sampleThread({ doing: known(doing), state }), find).does;

describe('describeThread', () => {
  it.each([
    ['accept on descriptor 3 (:8000)', sampleCall('accept4', { descriptor: 3, target: 'socket:[600]' })],
    ['recv on descriptor 7 -> 10.0.0.3:5432', sampleCall('recvfrom', { descriptor: 7, target: 'socket:[700]' })],
    ['send on descriptor 8 -> [2001:db8::1]:443', sampleCall('sendto', { descriptor: 8, target: 'socket:[701]' })],
    ['read on descriptor 9 (pipe:[5])', sampleCall('read', { descriptor: 9, target: 'pipe:[5]' })],
    ['read on descriptor 9 (socket:[9])', sampleCall('read', { descriptor: 9, target: 'socket:[9]' })],
    ['epoll_wait on descriptor 5', sampleCall('epoll_pwait', { descriptor: 5, target: 'anon_inode:[eventpoll]' })],
    ['waits for another thread (futex 0x7f00)', sampleCall('futex', { args: [0x7f00n] })],
    ['sleeps', sampleCall('clock_nanosleep')],
    ['poll: waits for events on a list of descriptors', sampleCall('poll')],
    ['waits for a child process', sampleCall('wait4')],
    ['waits for a signal', sampleCall('rt_sigtimedwait')],
    ['in a call that a stop has interrupted', sampleCall('restart_syscall')],
    ['in getrandom', sampleCall('getrandom')],
    ['in system call 0', sampleCall(null)],
    ['blocked outside of any call, as in a page fault', { kind: 'blocked-outside' } as const],
    ['works inside of the kernel for io_uring', { kind: 'kernel-worker' } as const],
  ])('says: %s', (text, doing) => {
    expect(does(doing)).toBe(text);
  });

  it('says of a stopped thread that the call is an old one', () => {
    expect(does(sampleCall('clock_nanosleep'), 'T')).toBe('stopped by a signal, in: sleeps');
    expect(does(sampleCall('clock_nanosleep'), 't')).toBe('stopped by a debugger, in: sleeps');
    expect(does({ kind: 'running' }, 'R')).toBe('runs');
    expect(does({ kind: 'running' }, 'D')).toBe('cannot be interrupted');
  });

  it('does not take what could not be read for nothing', () => {
    const thread = sampleThread({ doing: unknown('denied', 'read syscall: EPERM') });
    expect(describeThread(thread, find)).toEqual({
      does: 'not known (read syscall: EPERM)',
      call: null,
      descriptor: null,
      target: null,
    });
  });
});
