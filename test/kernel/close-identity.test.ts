import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ConnectionIdentity, OwnerIdentity } from '@closewait/core/facts';
import { makeOrders, type Order } from '@closewait/core/orders';
import { isConnection, type OrderedAction } from '@closewait/core/ways';
import { assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryOut } from '../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { type JudgedLook, lookAt, PLAIN_ORDER } from '../support/close-scenario.ts';
import { listConnections } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';

expectNothingLeaked();

/** What is wrong with an order by the time it is carried out. */
const WRONG = {
  cookie: (target: ConnectionIdentity, by: number) => ({ ...target, cookie: target.cookie + BigInt(by) }),
  inode: (target: ConnectionIdentity, by: number) => ({ ...target, inode: target.inode + by }),
  // The number leads to the next connection, or to no socket at all.
  number: (target: ConnectionIdentity, by: number) => ({
    ...target,
    holders: target.holders.map((holder) => ({ ...holder, fd: holder.fd + by })),
  }),
} as const;

const ACTIONS: readonly OrderedAction[] = [
  { method: 'destroy' },
  { method: 'shutdown', direction: 'both', leg: null },
  { method: 'timeout', timeoutMs: 1000, keepalive: true },
];

function ordersOf(look: JudgedLook): readonly Order[] {
  return makeOrders(look.facts, look.findings, { ...PLAIN_ORDER, method: 'shutdown' });
}

const carry = (orders: readonly Order[], namespace: Pick<NetworkNamespace, 'path'>): ReturnType<typeof carryOut> =>
  carryOut(orders, {
    source: new LiveSource(),
    pathOf: () => namespace.path,
    processOf: () => null,
    signal: new AbortController().signal,
  });

describe('an order about something that has changed', () => {
  it('finds the way in through the owner where the process has gone through which the look went in', async () => {
    const GONE = '/proc/4194304/ns/net';
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 1], namespace);
    const look = await lookAt([holder.pid]);
    const orders = makeOrders(look.facts, look.findings, { ...PLAIN_ORDER, method: 'destroy' });
    const [result] = await carry(orders, { path: GONE });
    expect(result).toMatchObject({
      outcome: { kind: 'ended' },
      before: { state: 'CLOSE-WAIT' },
      after: { state: 'CLOSED' },
    });
  });

  it('touches nothing, whatever is wrong with it', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 6, '--bytes', 9], namespace);
    const orders = ordersOf(await lookAt([holder.pid]));
    expect(orders).toHaveLength(6);
    const before = await listConnections(namespace);
    const orderFor = ({ which, wrong, by, later, action }: Choice): Order => {
      const order = orders[which];
      if (order === undefined || !isConnection(order.target)) throw new Error('six are stuck');
      const owners: readonly OwnerIdentity[] =
        later === 0
          ? order.owners
          : order.owners.map((owner) => ({ ...owner, startedAtMs: owner.startedAtMs + later }));
      // SOCK_DESTROY needs no descriptor: only the cookie and the owner tell there.
      const what = action.method === 'destroy' ? 'cookie' : wrong;
      return { ...order, owners, action, target: WRONG[what](order.target, by) };
    };
    const choices = record({
      which: integer({ min: 0, max: 5 }),
      wrong: constantFrom('cookie', 'inode', 'number'),
      by: integer({ min: 1, max: 40 }),
      later: constantFrom(0, -86_400_000, 5000),
      action: constantFrom(...ACTIONS),
    });
    await assert(
      asyncProperty(choices, async (choice) => {
        const [result] = await carry([orderFor(choice)], namespace);
        expect(['changed', 'already-gone', 'refused']).toContain(result?.outcome.kind);
      }),
      { numRuns: 150 },
    );
    const after = await listConnections(namespace);
    expect(after.map(({ cookie, timer }) => [cookie, timer.kind])).toEqual(
      before.map(({ cookie, timer }) => [cookie, timer.kind]),
    );
  });

  it('touches nothing where the process alone is another one', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 2, '--bytes', 9], namespace);
    const orders = ordersOf(await lookAt([holder.pid]));
    for (const action of ACTIONS) {
      const changed = orders.map((order) => ({
        ...order,
        action,
        owners: order.owners.map(({ pid, startedAtMs }) => ({ pid, startedAtMs: startedAtMs - 60_000 })),
      }));
      const kinds = (await carry(changed, namespace)).map(({ outcome }) => outcome.kind);
      expect(kinds).toEqual(['changed', 'changed']);
    }
    expect(await listConnections(namespace)).toHaveLength(2);
  });

  it('touches nothing where the program has used the number again between the look and the act', async () => {
    using namespace = makeNamespace();
    await using program = new Swapper(namespace);
    await program.says('ready');
    const look = await lookAt([program.pid]);
    const orders = ordersOf(look);
    const [first, second] = orders;
    if (first === undefined || second === undefined || !isConnection(first.target)) throw new Error('two are stuck');
    program.tell(`${second.target.holders[0]?.fd} ${first.target.holders[0]?.fd}`);
    await program.says('swapped');
    const results = await carry([first], namespace);
    expect(results[0]?.outcome).toMatchObject({ kind: 'changed' });
    expect(await listConnections(namespace)).toHaveLength(2);
  });
});

interface Choice {
  readonly which: number;
  readonly wrong: keyof typeof WRONG;
  readonly by: number;
  readonly later: number;
  readonly action: OrderedAction;
}

/** Forgets two connections; on a line with two numbers the second leads where the first does, and what it led to has another number. */
const SWAPS = `
import os, socket, sys
listener = socket.create_server(('127.0.0.1', 0))
kept = []
for _ in range(2):
    client = socket.create_connection(listener.getsockname())
    kept.append(listener.accept()[0])
    client.close()
print('ready', flush=True)
for line in sys.stdin:
    source, number = map(int, line.split())
    os.dup(number)
    os.dup2(source, number)
    print('swapped', flush=True)
`;

class Swapper implements AsyncDisposable {
  readonly #child: ChildProcess;
  #text = '';

  constructor(namespace: NetworkNamespace) {
    const [file = '', ...rest] = namespace.inside(['python3', '-c', SWAPS]);
    this.#child = spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      this.#text += part;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async says(word: string): Promise<void> {
    while (!this.#text.includes(word)) if (this.#child.stdout !== null) await once(this.#child.stdout, 'data');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin?.end();
    await closed;
  }
}
