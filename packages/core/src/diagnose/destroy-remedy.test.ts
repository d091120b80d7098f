import { describe, expect, it } from 'vitest';
import { sampleFacts, sampleListener, sampleProcess, sampleSocket } from '../../../../test/support/sample-facts.ts';
import { known, type SocketFacts, unknown } from '../facts/index.ts';
import { destroyRemedy } from './destroy-remedy.ts';
import { groupConnections } from './group.ts';
import { OwnerFinder } from './owner-finder.ts';

const HOLDER = { pid: 4121, tid: 4121, fd: 7 };

function commandFor(
  sockets: readonly SocketFacts[],
  { process = sampleProcess(), listeners = [sampleListener()] } = {},
): string | null | undefined {
  const facts = sampleFacts({
    sockets,
    listeners,
    holders: sockets.map(({ inode }) => [inode, HOLDER] as const),
    processes: [process],
  });
  const stuck = sockets.map((socket) => ({ socket, holders: [HOLDER], age: { ms: 5000, is: 'exact' as const } }));
  const [group] = groupConnections(stuck, new OwnerFinder(facts), facts, 0);
  return group === undefined ? undefined : destroyRemedy(group)[0]?.command;
}

describe('the remedy that ends connections in the kernel', () => {
  const socket = sampleSocket();

  it('names both ends of a single connection, inside of the namespace of its holder', () => {
    const process = sampleProcess({ netns: known(socket.netns) });
    const { local, remote } = socket;
    expect(commandFor([socket], { process })).toBe(
      `nsenter -t 4121 -n ss -tK state close-wait src ${local.address}:${local.port} dst ${remote.address}:${remote.port}`,
    );
  });

  it('enters no namespace where it is not known that the holder is in that of the connection', () => {
    const denied = sampleProcess({ netns: unknown('denied', 'readlink /proc/4121/ns/net: EACCES') });
    expect(commandFor([socket], { process: denied })).toMatch(/^ss -tK /);
    expect(commandFor([socket], { process: sampleProcess({ netns: known(socket.netns + 1) }) })).toMatch(/^ss -tK /);
  });

  it('names the port of a server, or the peer of a client, where there are several', () => {
    const other = sampleSocket({ inode: 701, cookie: 42n, remote: { address: socket.remote.address, port: 9 } });
    expect(commandFor([socket, other])).toMatch(new RegExp(` state close-wait sport = :${socket.local.port}$`));
    const twin = sampleSocket({ inode: 701, cookie: 42n });
    expect(commandFor([socket, twin], { listeners: [] })).toMatch(
      new RegExp(` state close-wait dst ${socket.remote.address}:${socket.remote.port}$`),
    );
  });

  it('puts an IPv6 address into brackets', () => {
    const six = sampleSocket({ family: 'ipv6', remote: { address: '2001:db8::9', port: 41 } });
    expect(commandFor([six])).toMatch(/dst \[2001:db8::9\]:41$/);
  });
});
