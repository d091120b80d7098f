import type { Holder, SocketFacts } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../test/support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../../../../test/support/namespace.ts';
import { startProgram } from '../../../../test/support/program.ts';
import { LiveSource, look } from '../kernel/index.ts';
import { shutDown } from './index.ts';

expectNothingLeaked();

async function stuckIn({
  inode: netns,
}: NetworkNamespace): Promise<readonly { socket: SocketFacts; holder: Holder }[]> {
  const { sockets, holders } = await look(new LiveSource(), { states: ['CLOSE-WAIT'], depth: 'list' });
  return sockets
    .filter((socket) => socket.netns === netns)
    .flatMap((socket) => (holders.get(socket.inode) ?? []).map((holder) => ({ socket, holder })));
}

describe('shutDown', () => {
  it('ends the connection that was meant and no other, and says that the descriptor is open still', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 2, '--bytes', 9], namespace);
    const [first, second] = await stuckIn(namespace);
    if (first === undefined || second === undefined) throw new Error('two connections are stuck');
    expect(first.holder.pid).toBe(holder.pid);
    const outcome = shutDown(new LiveSource(), first.holder, first.socket.inode);
    expect(outcome).toEqual({ kind: 'ended', descriptorOpen: true });
    expect((await stuckIn(namespace)).map(({ socket }) => socket.inode)).toEqual([second.socket.inode]);
  });

  it('does nothing where the descriptor leads to another socket by now', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 2, '--bytes', 9], namespace);
    const [first, second] = await stuckIn(namespace);
    if (first === undefined || second === undefined) throw new Error('two connections are stuck');
    expect(holder.pid).toBe(first.holder.pid);
    const outcome = shutDown(new LiveSource(), first.holder, second.socket.inode);
    expect(outcome.kind).toBe('changed');
    expect((await stuckIn(namespace)).length).toBe(2);
  });

  it('does nothing to a connection that has ended already', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 1, '--bytes', 9], namespace);
    const [only] = await stuckIn(namespace);
    if (only === undefined) throw new Error('a connection is stuck');
    expect(holder.pid).toBe(only.holder.pid);
    shutDown(new LiveSource(), only.holder, only.socket.inode);
    expect(shutDown(new LiveSource(), only.holder, only.socket.inode)).toEqual({
      kind: 'changed',
      detail: 'the socket is in CLOSED',
    });
  });
});
