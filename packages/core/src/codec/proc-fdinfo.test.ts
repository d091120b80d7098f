import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/proc.json' with { type: 'json' };
import { decodeDescriptorsInFlight, decodeEpollEvents, decodeEpollWatches, decodeRegisteredFiles } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const { epoll, epollEmpty, epollFired, ring, ringEmpty, unixReceiver, unixSender, tcp } = fixture.fdinfo;

/** The names of what is set in a mask. */
function setIn(mask: number): string {
  return Object.entries(decodeEpollEvents(mask))
    .filter(([, isSet]) => isSet)
    .map(([name]) => name)
    .join(' ');
}

describe('decodeEpollWatches', () => {
  it('gives a row a watch, also for a closed number and its open duplicate', () => {
    const sockets = 9;
    expect(decodeEpollWatches(bytes(epoll))).toEqual({
      ok: true,
      value: [
        { descriptor: 7, events: 0x80000019, inode: 4_590_642, device: sockets },
        { descriptor: 4, events: 0x19, inode: 4_590_639, device: sockets },
        { descriptor: 16, events: 0x19, inode: 4_590_639, device: sockets },
        { descriptor: 6, events: 0x18, inode: 4_590_641, device: sockets },
        { descriptor: 5, events: 0x1c, inode: 4_590_640, device: sockets },
        { descriptor: 3, events: 0x10000019, inode: 4_590_638, device: sockets },
        { descriptor: 8, events: 0x40000000, inode: 4_590_643, device: sockets },
        { descriptor: 14, events: 0x40000000, inode: 1038, device: 16 },
        { descriptor: 9, events: 0x8000201d, inode: 4_590_644, device: sockets },
      ],
    });
  });

  it('has no rows for an instance that watches nothing and for a socket', () => {
    expect(decodeEpollWatches(bytes(epollEmpty))).toEqual({ ok: true, value: [] });
    expect(decodeEpollWatches(bytes(tcp))).toEqual({ ok: true, value: [] });
  });

  it('names the row that is none, and the one that is cut', () => {
    const row = epollFired.indexOf('tfd:        7');
    expect(decodeEpollWatches(bytes(epollFired.replace('tfd:        7', 'tfd:        x')))).toMatchObject({
      problem: { offset: row, expected: 'tfd, events, data, pos, ino and sdev' },
    });
    expect(decodeEpollWatches(bytes(epollFired.slice(0, -1)))).toMatchObject({
      problem: { offset: row, expected: 'a newline at the end' },
    });
  });
});

describe('decodeEpollEvents', () => {
  it.each([
    [0x19, 'in'],
    [0x1c, 'out'],
    [0x18, ''],
    [0x80000019, 'in et'],
    [0x8000201d, 'in out rdhup et'],
    [0x10000019, 'in exclusive'],
    [0x40000019, 'in oneshot'],
    [0x40, 'in'],
    [0x11a, 'out pri'],
  ])('takes %i apart', (mask, names) => {
    expect(setIn(mask)).toBe(names);
  });

  it('knows a ONESHOT that has reported, edge-triggered or not, from one that waits for ERR and HUP alone', () => {
    const fired = decodeEpollWatches(bytes(epollFired));
    expect(fired.ok && fired.value.map(({ events }) => setIn(events))).toEqual(['et oneshot fired', 'oneshot fired']);
    expect(setIn(0x40000018)).toBe('oneshot');
    expect(setIn(0x80000000)).toBe('et');
  });
});

describe('decodeRegisteredFiles', () => {
  it('finds the sockets among the registered files, and leaves out the empty slot', () => {
    expect(decodeRegisteredFiles(bytes(ring))).toEqual({
      ok: true,
      value: { slots: 6, files: 5, unnamedFiles: 0, socketInodes: [4_590_640, 4_590_641, 4_590_638] },
    });
  });

  it('reads a ring without files', () => {
    expect(decodeRegisteredFiles(bytes(ringEmpty))).toEqual({
      ok: true,
      value: { slots: 0, files: 0, unnamedFiles: 0, socketInodes: [] },
    });
  });

  it('counts the files to which an older kernel gives no name', () => {
    const older =
      'UserFiles:\t4\n    0: \n    1: <none>\n    2: passwd\n    3: [eventfd]\nUserBufs:\t1\n    0: 0x7f/4096\n';
    expect(decodeRegisteredFiles(bytes(older))).toEqual({
      ok: true,
      value: { slots: 4, files: 3, unnamedFiles: 1, socketInodes: [] },
    });
  });

  it('takes entries of the queues for no files', () => {
    const queued = ring.replace('SQEs:\t0\n', 'SQEs:\t1\n    0: opcode:READ, fd:5, flags:0\n');
    expect(decodeRegisteredFiles(bytes(queued))).toEqual(decodeRegisteredFiles(bytes(ring)));
  });

  it('does not know where the list is left out, and is a problem where the number is none', () => {
    expect(decodeRegisteredFiles(bytes(tcp))).toEqual({ ok: true, value: null });
    expect(decodeRegisteredFiles(bytes(ring.replace('UserFiles:\t6', 'UserFiles:\tx')))).toMatchObject({ ok: false });
  });
});

describe('decodeDescriptorsInFlight', () => {
  it('counts them at the receiver, not at the sender', () => {
    expect(decodeDescriptorsInFlight(bytes(unixReceiver))).toEqual({ ok: true, value: 3 });
    expect(decodeDescriptorsInFlight(bytes(unixSender))).toEqual({ ok: true, value: 0 });
  });

  it('does not know where the line is missing, and is a problem where it holds no number', () => {
    expect(decodeDescriptorsInFlight(bytes(tcp))).toEqual({ ok: true, value: null });
    expect(decodeDescriptorsInFlight(bytes('scm_fds: -1\n'))).toMatchObject({ ok: false });
  });
});
