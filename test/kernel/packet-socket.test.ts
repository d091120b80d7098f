import { decodeTcpSegment, encodeTcpSegment, type TcpSegment } from '@closewait/core/codec';
import { describe, expect, it } from 'vitest';
import {
  inNetworkNamespace,
  PacketSocket,
  PrivateNetwork,
  RawSocket,
  type SystemResult,
} from '../../packages/closewait/src/ffi/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

function must<T>(result: SystemResult<T>): T {
  if (!result.ok) throw new Error(`${result.op}: ${result.errno}`);
  return result.value;
}

function receiveAll(socket: PacketSocket): { readonly segment: TcpSegment; readonly atNs: bigint }[] {
  const all: { readonly segment: TcpSegment; readonly atNs: bigint }[] = [];
  for (let packet = must(socket.receive()); packet !== null; packet = must(socket.receive())) {
    const segment = decodeTcpSegment(packet.bytes);
    if (segment.ok && segment.value !== null) all.push({ segment: segment.value, atNs: packet.atNs });
  }
  return all;
}

describe('a raw socket and a packet socket', () => {
  it('send a SYN to a closed port and see it and the RST that answers, once each and stamped', () => {
    using network = must(PrivateNetwork.create());
    must(
      inNetworkNamespace(network.path, () => {
        using capture = must(PacketSocket.open('lo', { layer: 'packets', ignoreOutgoing: true }));
        using raw = must(RawSocket.open());
        const before = BigInt(Date.now() - 1) * 1_000_000n;
        const source = { address: '127.0.0.1', port: 1234 };
        const destination = { address: '127.0.0.1', port: 8000 };
        must(raw.send(encodeTcpSegment({ source, destination, sequence: 7, flags: ['SYN'] })));
        const seen = receiveAll(capture);
        expect(seen.map(({ segment }) => segment)).toMatchObject([
          { source, destination, sequence: 7, flags: ['SYN'] },
          { source: destination, destination: source, acknowledgment: 8, flags: ['RST', 'ACK'] },
        ]);
        for (const { atNs } of seen) {
          expect(atNs).toBeGreaterThanOrEqual(before);
          expect(atNs).toBeLessThanOrEqual(BigInt(Date.now() + 1) * 1_000_000n);
        }
        return { ok: true, value: null };
      }),
    );
  });

  it('answer ENODEV for an interface that does not exist', () => {
    expect(PacketSocket.open('no-such-link', { layer: 'frames' })).toEqual({
      ok: false,
      op: 'if_nametoindex',
      errno: 'ENODEV',
    });
  });
});
