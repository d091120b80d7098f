import { describe, expect, it } from 'vitest';
import {
  sampleCloseLook,
  sampleFacts,
  sampleInfo,
  sampleListener,
  sampleProcess,
  sampleSocket,
} from '../../../../test/support/sample-facts.ts';
import { type Facts, type Holder, known, type SocketFacts } from '../facts/index.ts';
import { chooseSuspects, diagnose } from './index.ts';

/** How often a diagnosis reads a property of a socket, or asks who holds one: time that does not depend on the machine. */
function countReads(facts: Facts): number {
  let reads = 0;
  const counted = (socket: SocketFacts): SocketFacts =>
    new Proxy(socket, {
      get: (target, name) => {
        reads++;
        return Reflect.get(target, name) as unknown;
      },
    });
  class CountedHolders extends Map<number, readonly Holder[]> {
    override get(inode: number): readonly Holder[] | undefined {
      reads++;
      return super.get(inode);
    }
  }
  const watched = {
    ...facts,
    sockets: facts.sockets.map(counted),
    listeners: facts.listeners.map(counted),
    holders: new CountedHolders(facts.holders),
  };
  chooseSuspects(watched, { minAgeMs: 1000 });
  diagnose(watched, { minAgeMs: 1000 });
  return reads;
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);
const holder = (pid: number, fd: number): Holder => ({ pid, tid: pid, fd });
const addressOf = (number: number): string => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;

/** Connections in CLOSE-WAIT, and as many sockets in FIN-WAIT-2 that sent as many bytes at the same time. */
function relays(
  count: number,
  { peersAreHere, clientPid = 4121 }: { readonly peersAreHere: boolean; readonly clientPid?: number },
): Facts {
  const moment = { lastAckReceivedMs: 10_000, lastDataReceivedMs: 10_000 };
  const received = known(sampleInfo({ ...moment, bytesReceived: 101, bytesSent: 0 }));
  const sent = known(sampleInfo({ ...moment, bytesSent: 100 }));
  return sampleFacts({
    sockets: numbers(count).flatMap((number) => {
      const [server, client] = [
        { address: '127.0.0.1', port: 80 },
        { address: addressOf(number), port: 4000 + number },
      ];
      const elsewhere = { address: '192.0.2.1', port: 443 };
      return [
        sampleSocket({ inode: 1000 + number, rxQueueBytes: 0, info: received, local: server, remote: client }),
        sampleSocket({
          inode: 900_000 + number,
          state: 'FIN-WAIT-2',
          local: client,
          remote: peersAreHere ? server : elsewhere,
          info: sent,
        }),
      ];
    }),
    listeners: [sampleListener()],
    holders: numbers(count).flatMap((number) => [
      [1000 + number, holder(4121, number)] as const,
      [900_000 + number, holder(clientPid, count + number)] as const,
    ]),
    processes: [sampleProcess(), sampleProcess({ pid: 9000 })],
  });
}

const SCENES: Readonly<Record<string, (count: number) => Facts>> = {
  'one process': (count) =>
    sampleFacts({
      sockets: numbers(count).map((number) => sampleSocket({ inode: 1000 + number, cookie: BigInt(number) })),
      listeners: [sampleListener()],
      holders: [
        [600, holder(4121, 3)],
        ...numbers(count).map((number) => [1000 + number, holder(4121, number)] as const),
      ],
      processes: [sampleProcess()],
      closeLook: sampleCloseLook(),
    }),
  'as many peers': (count) =>
    sampleFacts({
      sockets: numbers(count).map((number) =>
        sampleSocket({ inode: 1000 + number, remote: { address: addressOf(number), port: 443 } }),
      ),
      holders: numbers(count).map((number) => [1000 + number, holder(4121, number)]),
      processes: [sampleProcess()],
    }),
  'as many relays, alike in all but their moment': (count) =>
    sampleFacts({
      sockets: numbers(count).flatMap((number) => {
        const moment = { lastAckReceivedMs: 10_000 * number, lastDataReceivedMs: 10_000 * number };
        const received = known(sampleInfo({ ...moment, bytesReceived: 101, bytesSent: 0 }));
        const passedOn = known(sampleInfo({ ...moment, bytesSent: 100 }));
        const remote = { address: addressOf(number), port: 443 };
        return [
          sampleSocket({ inode: 1000 + number, rxQueueBytes: 0, info: received }),
          sampleSocket({ inode: 900_000 + number, state: 'FIN-WAIT-2', remote, info: passedOn }),
        ];
      }),
      holders: numbers(count).flatMap((number) => [
        [1000 + number, holder(4121, number)] as const,
        [900_000 + number, holder(4121, count + number)] as const,
      ]),
      processes: [sampleProcess()],
    }),
  'as many relays, alike in everything': (count) => relays(count, { peersAreHere: false }),
  'as many clients and servers in one process': (count) => relays(count, { peersAreHere: true }),
  'as many clients of another process of this host': (count) => relays(count, { peersAreHere: true, clientPid: 9000 }),
  'as many listeners': (count) =>
    sampleFacts({
      sockets: numbers(count).map((number) =>
        sampleSocket({ inode: 1000 + number, local: { address: addressOf(number), port: 80 } }),
      ),
      listeners: numbers(count).map((number) => sampleListener({ local: { address: addressOf(number), port: 80 } })),
      holders: numbers(count).map((number) => [1000 + number, holder(4121, number)]),
      processes: [sampleProcess()],
    }),
  'as many processes, which share a listener': (count) =>
    sampleFacts({
      sockets: numbers(count).map((number) => sampleSocket({ inode: 1000 + number })),
      listeners: [sampleListener()],
      holders: numbers(count).flatMap((number) => [
        [600, holder(5000 + number, 3)] as const,
        [1000 + number, holder(5000 + number, 4)] as const,
      ]),
      processes: numbers(count).map((number) => sampleProcess({ pid: 5000 + number })),
    }),
  'as many holders of one socket': (count) =>
    sampleFacts({
      sockets: [sampleSocket({ inode: 1000 })],
      listeners: [sampleListener()],
      holders: numbers(count).map((number) => [1000, holder(5000 + number, 4)]),
      processes: numbers(count).map((number) => sampleProcess({ pid: 5000 + number })),
    }),
};

describe('what a diagnosis reads', () => {
  it.each(Object.entries(SCENES))('no more than doubles with twice as many: %s', (_, scene) => {
    const [once, twice] = [countReads(scene(400)), countReads(scene(800))];
    expect(once).toBeGreaterThan(0);
    expect(twice / once).toBeLessThanOrEqual(2.05);
  });
});
