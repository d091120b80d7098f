import { readdirSync, readFileSync } from 'node:fs';
import { array, assert, asyncProperty, constantFrom, nat } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { makeNamespace } from '../../../../../test/support/namespace.ts';
import { isAlive, linkOf, socketAt, untilAsleep } from '../../../../../test/support/owner.ts';
import { startProgram } from '../../../../../test/support/program.ts';
import { waitUntil } from '../../../../../test/support/wait-until.ts';
import type { Verdict } from './batch-layout.ts';
import { CloseRunner } from './close-runner.ts';
import { resolvePlaces } from './kernel-places.ts';

expectNothingLeaked();

function loadRunner(): CloseRunner {
  const places = resolvePlaces(readFileSync('/sys/kernel/btf/vmlinux'));
  if (!places.known) throw new Error(places.detail);
  const runner = CloseRunner.load(places.value);
  if (!runner.known) throw new Error(runner.detail);
  return runner.value;
}

/** What the thread must say of each use; where the thread itself waits in a call on the descriptor, that it is called. */
const VERDICTS_OF_USE = {
  leak: ['closed'],
  closed: ['closed'],
  reset: ['closed'],
  thread: ['closed'],
  linger: ['lingers'],
  established: ['state'],
  unconnected: ['state'],
  dup: ['referenced'],
  fork: ['referenced'],
  flight: ['referenced'],
  ring: ['referenced'],
  mapped: ['referenced'],
  epoll: ['watched'],
  async: ['watched'],
  writer: ['referenced', 'called'],
  poller: ['referenced', 'called'],
  selector: ['referenced', 'called'],
} as const satisfies Record<string, readonly Verdict[]>;
type Use = keyof typeof VERDICTS_OF_USE;
const USES = Object.keys(VERDICTS_OF_USE) as Use[];

/** What the first thread waits in; on the first descriptor, or on none of them. */
const WAITS_ON_FIRST = ['write', 'sendmsg', 'poll', 'ppoll', 'select'] as const;
const WAITS = ['pause', 'sleep', 'futex', 'epoll', ...WAITS_ON_FIRST] as const;

const RUNS = 150;

describe('a thread that closes what nothing speaks against', () => {
  it('closes no descriptor that is used in any way, whichever thread it is', async () => {
    using runner = loadRunner();
    const seen = new Set<string>();
    const uses = array(constantFrom(...USES), { minLength: 1, maxLength: 12 });
    await assert(
      asyncProperty(constantFrom(...WAITS), uses, nat(), nat(1), async (wait, chosen, which, times) => {
        using namespace = makeNamespace();
        await using program = await startProgram('descriptor-uses', [wait, ...chosen], namespace);
        const { pid } = program;
        await untilAsleep(pid);
        const orders = chosen.map((_, index) => socketAt(pid, program.told(`fd${index}`)));
        const tids = readdirSync(`/proc/${pid}/task`).map(Number);
        const tid = tids[which % tids.length] ?? pid;
        const isOnFirst = WAITS_ON_FIRST.some((name) => name === wait);
        // What is closed the first time is not there the second time; everything else is as it was.
        for (let time = 0; time <= times; time++) {
          const end = await runner.run({ pid, tid }, orders, () => !isAlive(pid));
          if (end.kind !== 'came')
            throw new Error(`${wait} ${chosen.join(' ')}: thread ${tid}: ${JSON.stringify(end)}`);
          // sendmsg that has sent nothing yet will be made again, and may name descriptors in what it sends.
          const isNotLookedThrough = wait === 'sendmsg' && tid === pid && end.result.thread === 'call';
          if (isNotLookedThrough) {
            for (const { fd, inode } of time === 0 ? orders : []) expect(linkOf(pid, fd)).toBe(`socket:[${inode}]`);
            break;
          }
          const verdicts = end.result.orders.map(({ verdict }) => verdict);
          const isClosable = (index: number): boolean =>
            (index > 0 || !isOnFirst) && VERDICTS_OF_USE[chosen[index] ?? 'dup'].some((one) => one === 'closed');
          // Whoever lists the descriptors of this machine has a reference for a moment.
          await waitUntil('nobody else looks at them', async () => {
            const disturbed = [...verdicts.keys()].filter(
              (index) => verdicts[index] === 'referenced' && isClosable(index),
            );
            const some = disturbed.flatMap((index) => orders[index] ?? []);
            const again = some.length === 0 ? null : await runner.run({ pid, tid }, some, () => !isAlive(pid));
            if (again?.kind === 'came')
              for (const [at, index] of disturbed.entries()) verdicts[index] = again.result.orders[at]?.verdict ?? null;
            return some.length === 0;
          });
          for (const [index, use] of chosen.entries()) {
            const expected: readonly Verdict[] =
              index === 0 && isOnFirst ? ['called', 'referenced'] : VERDICTS_OF_USE[use];
            const wanted = time > 0 && expected.includes('closed') ? ['free'] : expected;
            const verdict = verdicts[index] ?? 'none';
            seen.add(verdict);
            expect(wanted, `${wait} ${chosen.join(' ')}: ${use} at ${index} by ${tid} of ${pid}`).toContain(verdict);
            const { fd, inode } = orders[index] ?? { fd: -1, inode: 0 };
            expect(linkOf(pid, fd)).toBe(expected.includes('closed') ? null : `socket:[${inode}]`);
          }
          await untilAsleep(pid);
        }
        expect(linkOf(pid, program.told('bystander'))).toBe('anon_inode:[eventfd]');
        expect(isAlive(pid)).toBe(true);
      }),
      { numRuns: RUNS },
    );
    expect([...seen].toSorted()).toEqual(['called', 'closed', 'free', 'lingers', 'referenced', 'state', 'watched']);
  });

  it('would end a program whose filter does not know restart_syscall, which is why such a one is not asked', async () => {
    using runner = loadRunner();
    using namespace = makeNamespace();
    await using program = await startProgram('descriptor-uses', ['sleep', 'filtered'], namespace);
    const { pid } = program;
    await untilAsleep(pid);
    const end = await runner.run({ pid, tid: pid }, [socketAt(pid, program.told('fd0'))], () => !isAlive(pid));
    expect(end).toMatchObject({ kind: 'came', result: { orders: [{ verdict: 'closed' }] } });
    await waitUntil('it has ended', () => !isAlive(pid));
  });

  it('does nothing in a thread that another process stops, and nothing of it is left behind', async () => {
    using runner = loadRunner();
    using namespace = makeNamespace();
    await using program = await startProgram('descriptor-uses', ['pause', 'leak'], namespace);
    const { pid } = program;
    await untilAsleep(pid);
    const order = socketAt(pid, program.told('fd0'));
    process.kill(pid, 'SIGSTOP');
    await waitUntil('it is stopped', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '));
    expect(await runner.run({ pid, tid: pid }, [order], () => !isAlive(pid))).toEqual({ kind: 'did-not-come' });
    process.kill(pid, 'SIGCONT');
    await untilAsleep(pid);
    expect(linkOf(pid, order.fd)).toBe(`socket:[${order.inode}]`);
    expect(await runner.run({ pid, tid: pid }, [order], () => !isAlive(pid))).toMatchObject({ kind: 'came' });
    expect(await runner.run({ pid, tid: 1 }, [order], () => !isAlive(pid))).toEqual({ kind: 'gone' });
  });
});
