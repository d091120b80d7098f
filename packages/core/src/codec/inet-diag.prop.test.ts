import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainSocket } from '../../../../test/support/plain-socket.ts';
import {
  createAddressTexts,
  decodeInetDiagMessage,
  formatIpv4,
  formatIpv6,
  messagesOf,
  nextMessage,
  splitNetlinkMessages,
} from './index.ts';

const [AF_INET, AF_INET6] = [2, 10];
const [INFO, MEMORY] = [2, 7];
const INFO_BYTES = 208;

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const attribute = fc.oneof(
  fc.record({ type: fc.constant(INFO), value: fc.oneof(bytes(INFO_BYTES), bytes(248), bytes(192)) }),
  fc.record({ type: fc.constant(MEMORY), value: fc.oneof(bytes(36), bytes(35)) }),
  fc.record({ type: fc.integer({ min: 8, max: 30 }), value: fc.uint8Array({ maxLength: 20 }) }),
);
const message = fc.record({
  family: fc.constantFrom(AF_INET, AF_INET6),
  state: fc.integer({ min: 1, max: 13 }),
  timer: fc.nat(4),
  rest: bytes(69),
  isMapped: fc.boolean(),
  infoState: fc.integer({ min: 0, max: 14 }),
  attributes: fc.array(attribute, { maxLength: 4 }),
  before: fc.nat(7),
});

type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

function encode({ family, state, timer, rest, isMapped, infoState, attributes, before }: Message): Uint8Array {
  const head = Uint8Array.from([family, state, timer, ...rest]);
  if (isMapped) head.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 8);
  const tail = attributes.flatMap(({ type, value }) => {
    const [first = 0, ...others] = value;
    const padding = Array.from({ length: -value.length & 3 }, () => 0);
    const own = value.length === 0 ? [] : [type === INFO ? infoState : first, ...others];
    return [value.length + 4, 0, type, 0, ...own, ...padding];
  });
  // Anywhere in a larger buffer.
  return Uint8Array.from([...Array.from({ length: before }, () => 0xa5), ...head, ...tail]).subarray(before);
}

/** Every field at once, each by its offset in linux/inet_diag.h and linux/tcp.h. */
function decodeEagerly(payload: Uint8Array, attributes: Message['attributes'], infoState: number): object {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const isIpv4 = payload[0] === AF_INET;
  const format = (at: number): string => (isIpv4 ? formatIpv4 : formatIpv6)(payload.subarray(at, at + 16));
  const kind = ['none', 'retransmit', 'keepalive', 'time-wait', 'persist'][payload[2] ?? 0];
  const isNone = kind === 'none';
  const family = [8, 24].some((at) => /^::ffff:[\d.]+$/.test(format(at))) ? 'ipv4-mapped' : 'ipv6';
  return {
    family: isIpv4 ? 'ipv4' : family,
    local: { address: format(8), port: view.getUint16(4) },
    remote: { address: format(24), port: view.getUint16(6) },
    netns: 7,
    uid: view.getUint32(64, true),
    inode: view.getUint32(68, true),
    cookie: BigInt(view.getUint32(44, true)) + (BigInt(view.getUint32(48, true)) << 32n),
    rxQueueBytes: view.getUint32(56, true),
    txQueueBytes: view.getUint32(60, true),
    timer: {
      kind,
      expiresMs: isNone ? 0 : Math.max(0, view.getInt32(52, true)),
      retransmits: isNone ? 0 : payload[3],
    },
    info: infoOf(attributes, infoState),
    memory: memoryOf(attributes),
  };
}

function infoOf(attributes: Message['attributes'], infoState: number): object {
  const info = attributes.findLast(({ type }) => type === INFO)?.value;
  if (info === undefined || info.length < INFO_BYTES) return { known: false, why: 'unsupported' };
  if (infoState < 1 || infoState > 13) return { known: false, why: 'garbled' };
  const view = new DataView(info.buffer, info.byteOffset);
  return {
    known: true,
    value: {
      probes: info[3],
      backoff: info[4],
      lastDataSentMs: view.getUint32(44, true),
      lastDataReceivedMs: view.getUint32(52, true),
      lastAckReceivedMs: view.getUint32(56, true),
      roundTripTimeUs: view.getUint32(68, true),
      bytesAcked: Number(view.getBigUint64(120, true)),
      bytesReceived: Number(view.getBigUint64(128, true)),
      bytesSent: Number(view.getBigUint64(200, true)),
    },
  };
}

function memoryOf(attributes: Message['attributes']): object {
  const memory = attributes.find(({ type }) => type === MEMORY)?.value;
  if (memory === undefined || memory.length < 36) return { known: false, why: 'unsupported' };
  return { known: true, value: { drops: new DataView(memory.buffer, memory.byteOffset).getUint32(32, true) } };
}

describe('a socket that reads its bytes when asked', () => {
  it('says what decoding everything at once says', () => {
    fc.assert(
      fc.property(message, (random) => {
        const payload = encode(random);
        const socket = decodeInetDiagMessage(payload, 7, ['info', 'memory'], createAddressTexts());
        if (!socket.ok) throw new Error(socket.problem.what);
        expect(plainSocket(socket.value)).toMatchObject(decodeEagerly(payload, random.attributes, random.infoState));
      }),
    );
  });
});

describe('a walk over a datagram', () => {
  it('finds the messages that splitting finds, or the same end', () => {
    const header = (length: number) => [length, 0, 0, 0, 20, 0, 2, 0, 9, 0, 0, 0, 8, 0, 0, 0];
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((payload) => {
        const padding = Array.from({ length: -payload.length & 3 }, () => 0);
        return [...header(16 + payload.length), ...payload, ...padding];
      }),
      fc.integer({ min: 0, max: 40 }).map(header),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.nat(9), (pieces, before) => {
        const around = Uint8Array.from([...Array.from({ length: before }, () => 0), ...pieces.flat()]);
        const datagram = around.subarray(before);
        const cursor = messagesOf(datagram);
        const walked: object[] = [];
        let step = nextMessage(cursor);
        for (; step === 'message'; step = nextMessage(cursor)) {
          const payload = around.slice(cursor.payloadStart, cursor.payloadEnd);
          walked.push({
            type: cursor.type,
            flags: cursor.flags,
            sequence: cursor.sequence,
            portId: cursor.portId,
            payload,
          });
        }
        const split = splitNetlinkMessages(datagram);
        expect(step === 'end').toBe(split.ok);
        if (split.ok) expect(walked).toEqual(split.value.map((one) => ({ ...one, payload: one.payload.slice() })));
      }),
    );
  });
});
