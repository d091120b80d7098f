import { describe, expect, it } from 'vitest';
import { sampleSocket } from '../../../../test/support/sample-facts.ts';
import type { SocketFacts } from '../facts/index.ts';
import { findPeers } from './find-peers.ts';

const STUCK = sampleSocket();
const ends = { state: 'FIN-WAIT-2', local: STUCK.remote, remote: STUCK.local } as const;
const found = (sockets: readonly SocketFacts[], asked = STUCK) => findPeers([asked], sockets).get(asked.cookie)?.inode;

describe('findPeers', () => {
  it('finds the socket with the same ends the other way round, in any namespace', () => {
    expect(found([STUCK, sampleSocket({ ...ends, inode: 9 })])).toBe(9);
    expect(found([STUCK, sampleSocket({ ...ends, inode: 9, netns: 5 })])).toBe(9);
    expect(found([STUCK, sampleSocket({ ...ends, inode: 9, remote: { ...STUCK.local, port: 1 } })])).toBeUndefined();
  });

  it('takes a mapped address for the IPv4 one that it is', () => {
    const mapped = { address: `::ffff:${STUCK.remote.address}`, port: STUCK.remote.port };
    expect(found([sampleSocket({ ...ends, inode: 9, family: 'ipv4-mapped', local: mapped })])).toBe(9);
  });

  it('prefers its own namespace, and never leaves it over a loopback address', () => {
    const far = sampleSocket({ ...ends, inode: 8, netns: 5 });
    const near = sampleSocket({ ...ends, inode: 9 });
    expect(found([far, near])).toBe(9);
    expect(found([near, far])).toBe(9);
    const local = { address: '127.0.0.1', port: 80 };
    const asked = sampleSocket({ local, remote: { ...local, port: 81 } });
    expect(found([sampleSocket({ ...ends, local: asked.remote, remote: local, netns: 5 })], asked)).toBeUndefined();
  });
});
