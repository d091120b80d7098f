import { execFileSync } from 'node:child_process';
import { makeOrders, type Order } from '@closewait/core/orders';
import { describe, expect, it } from 'vitest';
import { carryOut } from '../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { lookAt, PLAIN_ORDER } from '../support/close-scenario.ts';
import { listConnections } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { LineProgram } from '../support/line-program.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';

expectNothingLeaked();

const LINK_LOCAL = 'fe80::1';

/** Forgets a connection on an address that belongs to an interface, or on a listener that is bound to one. */
const FORGETS = `
import socket, sys
way = sys.argv[1]
if way == 'link-local':
    listener = socket.socket(socket.AF_INET6)
    listener.bind(('${LINK_LOCAL}', 0, 0, socket.if_nametoindex('lo')))
else:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'lo\\0')
    listener.bind(('127.0.0.1', 0))
listener.listen()
client = socket.socket(listener.family)
client.connect(listener.getsockname())
kept = listener.accept()[0]
client.close()
print('ready', flush=True)
sys.stdin.read()
`;

function addAddress({ name }: NetworkNamespace): void {
  const args = ['-netns', name, '-6', 'address', 'add', `${LINK_LOCAL}/64`, 'dev', 'lo', 'nodad'];
  execFileSync('ip', args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function destroyed(pid: number, namespace: NetworkNamespace, change: Partial<Order> = {}): Promise<string> {
  const { facts, findings } = await lookAt([pid]);
  const [order] = makeOrders(facts, findings, { ...PLAIN_ORDER, method: 'destroy' });
  if (order === undefined) throw new Error('one is stuck');
  const [result] = await carryOut([{ ...order, ...change }], {
    source: new LiveSource(),
    pathOf: () => namespace.path,
    processOf: () => null,
    signal: new AbortController().signal,
  });
  return `${result?.outcome.kind}: ${result?.outcome.detail}`;
}

describe('SOCK_DESTROY', () => {
  it.each(['link-local', 'device'])('ends a connection that is bound to an interface: %s', async (way) => {
    using namespace = makeNamespace();
    addAddress(namespace);
    await using program = new LineProgram(namespace.inside(['python3', '-c', FORGETS, way]));
    await program.line();
    expect(await listConnections(namespace)).toHaveLength(1);
    expect(await destroyed(program.pid, namespace)).toMatch(/^ended: SOCK_DESTROY: the connection is gone/);
    expect(await listConnections(namespace)).toHaveLength(0);
  });

  it('is not said to have nothing to do where the connection is there still', async () => {
    using namespace = makeNamespace();
    await using program = new LineProgram(namespace.inside(['python3', '-c', FORGETS, 'device']));
    await program.line();
    // One of its holders has ended: PID_MAX_LIMIT is never given (linux/threads.h).
    const owners = [{ pid: 4_194_304, startedAtMs: 0 }];
    expect(await destroyed(program.pid, namespace, { owners })).toMatch(
      /^changed: process 4194304 has ended; the connection is in CLOSE-WAIT still$/,
    );
    expect(await listConnections(namespace)).toHaveLength(1);
  });
});
