import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/netlink.json' with { type: 'json' };
import { plainSocket } from '../../../../test/support/plain-socket.ts';
import type { DumpExtension, SocketFacts } from '../facts/index.ts';
import {
  createAddressTexts,
  decodeInetDiagMessage,
  decodeTcpInfo,
  encodeInetDiagDump,
  peekInetDiagInode,
  peekInetDiagState,
  SOCK_DIAG_BY_FAMILY,
  splitNetlinkMessages,
} from './index.ts';

const NETNS = 4026532177;

function payloadsOf(datagrams: readonly string[]): readonly Uint8Array[] {
  return datagrams.flatMap((datagram) => {
    const split = splitNetlinkMessages(Buffer.from(datagram, 'base64'));
    if (!split.ok) throw new Error(split.problem.what);
    return split.value.filter(({ type }) => type === SOCK_DIAG_BY_FAMILY).map(({ payload }) => payload);
  });
}

function decodeAll(datagrams: readonly string[], extensions: readonly DumpExtension[]): readonly SocketFacts[] {
  const addresses = createAddressTexts();
  return payloadsOf(datagrams).map((payload) => {
    const socket = decodeInetDiagMessage(payload, NETNS, extensions, addresses);
    if (!socket.ok) throw new Error(socket.problem.what);
    return plainSocket(socket.value);
  });
}

const ipv4 = decodeAll(fixture.ipv4Full, ['info', 'memory']);
const ipv6 = decodeAll(fixture.ipv6Full, ['info', 'memory']);

function fromPort(sockets: readonly SocketFacts[], port: number): SocketFacts | undefined {
  return sockets.find(({ local, remote }) => remote.port === port && local.port < 9000);
}

describe('decodeInetDiagMessage', () => {
  it('decodes a connection in CLOSE-WAIT as ss shows it', () => {
    expect(fromPort(ipv4, 40002)).toEqual({
      state: 'CLOSE-WAIT',
      family: 'ipv4',
      local: { address: '127.0.0.1', port: 8000 },
      remote: { address: '127.0.0.1', port: 40002 },
      netns: NETNS,
      uid: 0,
      inode: 105328,
      cookie: 0xa02fn,
      rxQueueBytes: 101,
      txQueueBytes: 0,
      timer: { kind: 'none', expiresMs: 0, retransmits: 0 },
      info: {
        known: true,
        value: {
          state: 'CLOSE-WAIT',
          probes: 0,
          backoff: 0,
          roundTripTimeUs: 9,
          lastDataSentMs: 704,
          lastDataReceivedMs: 704,
          lastAckReceivedMs: 704,
          bytesAcked: 0,
          bytesReceived: 101,
          bytesSent: 0,
        },
      },
      memory: { known: true, value: { drops: 0 } },
    });
  });

  it('decodes a writer that a zero window blocks: persist timer, backoff, drops', () => {
    expect(fromPort(ipv4, 40008)).toMatchObject({
      state: 'CLOSE-WAIT',
      rxQueueBytes: 1,
      txQueueBytes: 3_782_144,
      timer: { kind: 'persist', expiresMs: 184, retransmits: 0 },
      info: {
        value: {
          backoff: 1,
          bytesAcked: 128_512,
          bytesSent: 176_128,
        },
      },
      memory: { value: { drops: 4 } },
    });
  });

  it('gives a listener its accept queue and backlog, and a connection in that queue inode 0', () => {
    const listener = ipv4.find(({ state }) => state === 'LISTEN');
    expect(listener).toMatchObject({
      local: { address: '127.0.0.1', port: 8000 },
      remote: { address: '0.0.0.0', port: 0 },
      rxQueueBytes: 1,
      txQueueBytes: 20,
    });
    expect(fromPort(ipv4, 40005)).toMatchObject({ state: 'CLOSE-WAIT', inode: 0, rxQueueBytes: 6 });
  });

  it('tells the keepalive timer and the one of TIME-WAIT', () => {
    expect(fromPort(ipv4, 40001)?.timer).toEqual({ kind: 'keepalive', expiresMs: 7_199_296, retransmits: 0 });
    const timeWait = ipv4.find(({ state }) => state === 'TIME-WAIT');
    expect(timeWait?.timer).toEqual({ kind: 'time-wait', expiresMs: 59_300, retransmits: 0 });
  });

  it('says unsupported where the kernel sent no extension that was asked for', () => {
    const timeWait = ipv4.find(({ state }) => state === 'TIME-WAIT');
    expect(timeWait?.info).toMatchObject({ known: false, why: 'unsupported' });
    expect(timeWait?.memory).toMatchObject({ known: false, why: 'unsupported' });
  });

  it('says not-asked where the dump did not ask', () => {
    const bare = decodeAll(fixture.ipv4Bare, []);
    expect(bare).toHaveLength(4);
    for (const { info, memory } of bare) {
      expect(info).toMatchObject({ known: false, why: 'not-asked' });
      expect(memory).toMatchObject({ known: false, why: 'not-asked' });
    }
  });

  it('tells IPv6 from IPv4 on an AF_INET6 socket', () => {
    expect(fromPort(ipv6, 40006)).toMatchObject({ family: 'ipv6', local: { address: '::1', port: 8001 } });
    expect(fromPort(ipv6, 40007)).toMatchObject({
      family: 'ipv4-mapped',
      local: { address: '::ffff:127.0.0.1', port: 8002 },
      remote: { address: '::ffff:127.0.0.1', port: 40007 },
      rxQueueBytes: 43,
    });
    const listeners = ipv6.filter(({ state }) => state === 'LISTEN');
    expect(listeners.map(({ family, local }) => [family, local.address])).toEqual([
      ['ipv6', '::'],
      ['ipv6', '::1'],
    ]);
  });

  it('names the field that no TCP socket can have', () => {
    const [payload = new Uint8Array()] = payloadsOf(fixture.ipv4Bare);
    const withByte = (offset: number, value: number) => {
      const bytes = Uint8Array.from(payload);
      bytes[offset] = value;
      return decodeInetDiagMessage(bytes, NETNS, [], createAddressTexts());
    };
    expect(withByte(0, 1)).toEqual({
      ok: false,
      problem: { what: 'idiag_family', offset: 0, expected: '2 or 10', found: '1' },
    });
    expect(withByte(1, 14)).toMatchObject({ problem: { what: 'idiag_state', offset: 1, found: '14' } });
    expect(withByte(2, 5)).toMatchObject({ problem: { what: 'idiag_timer', offset: 2, found: '5' } });
    expect(withByte(72, 3)).toMatchObject({ problem: { what: 'struct nlattr', offset: 72 } });
  });

  it('takes an overdue timer for one that fires now', () => {
    const [payload = new Uint8Array()] = payloadsOf(fixture.ipv4Bare);
    const bytes = Uint8Array.from(payload);
    bytes[2] = 1;
    bytes.set([0xfc, 0xff, 0xff, 0xff], 52);
    const socket = decodeInetDiagMessage(bytes, NETNS, [], createAddressTexts());
    expect(socket).toMatchObject({ value: { timer: { kind: 'retransmit', expiresMs: 0 } } });
  });

  it('says unsupported where struct tcp_info is from a kernel without bytes_sent', () => {
    const [payload = new Uint8Array()] = payloadsOf(fixture.ipv4Bare);
    const bytes = new Uint8Array(72 + 4 + 192);
    bytes.set(payload.subarray(0, 72));
    bytes.set([196, 0, 2, 0], 72);
    const socket = decodeInetDiagMessage(bytes, NETNS, ['info'], createAddressTexts());
    expect(socket).toMatchObject({ value: { info: { known: false, why: 'unsupported' } } });
  });
});

describe('peeking into a message', () => {
  it("gives the state's number and the inode that decoding gives", () => {
    const payloads = payloadsOf(fixture.ipv4Bare);
    expect(payloads.map(peekInetDiagState)).toEqual([8, 8, 8, 8]);
    expect(payloads.map(peekInetDiagInode)).toEqual([105330, 105334, 0, 105328]);
  });

  it('gives 0 for a message that is cut', () => {
    expect(peekInetDiagState(new Uint8Array([2]))).toBe(0);
    expect(peekInetDiagInode(new Uint8Array(71).fill(1))).toBe(0);
  });
});

describe('decodeTcpInfo', () => {
  it('decodes what getsockopt(TCP_INFO) gave', () => {
    expect(decodeTcpInfo(Buffer.from(fixture.tcpInfo, 'base64'))).toMatchObject({
      value: { state: 'CLOSE-WAIT', roundTripTimeUs: 9, lastAckReceivedMs: 708, bytesReceived: 101, bytesSent: 0 },
    });
  });

  it('does not take counters that an older kernel lacks for zeros', () => {
    expect(decodeTcpInfo(Buffer.from(fixture.tcpInfo, 'base64').subarray(0, 200))).toEqual({
      ok: false,
      problem: { what: 'struct tcp_info', offset: 0, expected: '208 bytes (Linux 4.19)', found: '200' },
    });
  });
});

describe('encodeInetDiagDump', () => {
  it('asks as ss asks: struct nlmsghdr and struct inet_diag_req_v2', () => {
    const bytes = encodeInetDiagDump(
      { family: 'ipv6', states: ['CLOSE-WAIT', 'LISTEN'], extensions: ['info', 'memory'] },
      7,
    );
    expect(Buffer.from(bytes).toString('hex')).toBe(
      `${'48000000 1400 0103 07000000 00000000 0a 06 42 00 00050000'.replaceAll(' ', '')}${'00'.repeat(48)}`,
    );
  });
});
