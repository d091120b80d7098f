import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/netlink.json' with { type: 'json' };
import { plainSocket } from '../../../../test/support/plain-socket.ts';
import type { SocketFacts } from '../facts/index.ts';
import {
  calmFor,
  createAddressTexts,
  decodeInetDiagMessage,
  peekInetDiagCookie,
  peekInetDiagInterface,
} from './index.ts';

const HEADER_BYTES = 16;
const dump = Uint8Array.from(Buffer.from(fixture.ipv4Full[0] ?? '', 'base64'));
const message = dump.slice(HEADER_BYTES, new DataView(dump.buffer).getUint32(0, true));

function decode(payload: Uint8Array): SocketFacts {
  const socket = decodeInetDiagMessage(payload, 1, ['info', 'memory'], createAddressTexts());
  if (!socket.ok) throw new Error(socket.problem.found);
  return socket.value;
}

// A second old, so that its clocks can have gone back.
for (const clock of [52, 56]) new DataView(message.buffer).setUint32(infoStart() + clock, 1000, true);
const was = decode(message);

/** Where struct tcp_info begins: INET_DIAG_INFO is attribute 2. */
function infoStart(): number {
  const view = new DataView(message.buffer, message.byteOffset);
  let at = 72;
  while (view.getUint16(at + 2, true) !== 2) at += (view.getUint16(at, true) + 3) & ~3;
  return at + 4;
}

function changed(offset: number, by: number): Uint8Array {
  const copy = message.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(offset, view.getUint32(offset, true) + by, true);
  return copy;
}

describe('a socket that is dumped twice', () => {
  it('is known by its cookie', () => {
    expect(peekInetDiagCookie(message)).toBe(was.cookie);
    expect(peekInetDiagCookie(message.subarray(0, 71))).toBe(0n);
  });

  it('tells the interface that it is bound to', () => {
    expect(peekInetDiagInterface(message)).toBe(0);
    expect(peekInetDiagInterface(changed(40, 3))).toBe(3);
    expect(peekInetDiagInterface(changed(40, 3).subarray(0, 71))).toBe(0);
  });

  it('is calm for as long as its clocks went on', () => {
    const later = changed(infoStart() + 52, 500);
    new DataView(later.buffer).setUint32(infoStart() + 56, 1500, true);
    expect(calmFor(later, was)).toBe(500);
    expect(calmFor(message, was)).toBe(0);
  });

  it.each([
    ['the state', 0, 1 << 8],
    ['the timer', 0, 2 << 16],
    ['Recv-Q', 56, 1],
    ['Send-Q', 60, 1],
  ])('is not calm where %s has changed', (_, offset, by) => {
    expect(calmFor(changed(offset, by), was)).toBeNull();
  });

  it.each([
    ['data was received', 52, -1],
    ['an acknowledgement was received', 56, -1],
    ['bytes were acknowledged', 120, 1],
    ['bytes were received', 128, 1],
    ['bytes were sent', 200, 1],
  ])('is not calm where %s', (_, offset, by) => {
    expect(calmFor(changed(infoStart() + offset, by), was)).toBeNull();
  });

  it('is not said to be calm where either look lacks struct tcp_info', () => {
    expect(calmFor(message.subarray(0, 72), was)).toBeNull();
    expect(calmFor(message, { ...plainSocket(was), info: { known: false, why: 'not-asked', detail: 'x' } })).toBeNull();
  });
});
