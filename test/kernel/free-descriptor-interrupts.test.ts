import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { freeDescriptors } from '../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { linkOf, ownerOf, socketAt, untilAsleep } from '../support/owner.ts';
import { programPath } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const LIMITED = [
  'nanosleep',
  'clock_nanosleep',
  'futex-limited',
  'poll-limited',
  'ppoll-limited',
  'select-limited',
] as const;
const ENDED_BY_OTHERS = ['futex', 'poll', 'select', 'recv', 'read', 'accept', 'flock', 'waitpid', 'pause'] as const;
/** signal(7): these answer EINTR after SIGSTOP and SIGCONT as well, whatever the handlers. */
const INTERRUPTED = ['epoll', 'epoll-limited', 'recv-limited', 'sigtimedwait'] as const;
type Call = (typeof LIMITED)[number] | (typeof ENDED_BY_OTHERS)[number] | (typeof INTERRUPTED)[number];

/** What is done twice while the program waits in the call. */
type Interruption = (pid: number, fd: number) => Promise<void>;

/** What a call answers that is interrupted twice: once before it was taken up again, once after. */
async function answerTo(call: Call, namespace: NetworkNamespace, interrupt: Interruption): Promise<string> {
  const [file = '', ...args] = namespace.inside([programPath('interrupted-call'), call]);
  const child = spawn(file, args, {
    env: { ...process.env, FIXTURE_PARENT: `${process.pid}` },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const ready = String((await lines.next()).value);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${call}: ${ready}`);
    const isEndedByFirst = INTERRUPTED.some((name) => name === call);
    for (const fd of isEndedByFirst
      ? [numberAfter(ready, 'fd0=')]
      : [numberAfter(ready, 'fd0='), numberAfter(ready, 'fd1=')]) {
      await untilAsleep(pid);
      await interrupt(pid, fd);
    }
    if (ENDED_BY_OTHERS.some((name) => name === call)) {
      await untilAsleep(pid);
      child.stdin.write('x');
    }
    return String((await lines.next()).value);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
}

function numberAfter(text: string, name: string): number {
  return Number.parseInt(text.slice(text.indexOf(name) + name.length), 10);
}

const free: Interruption = async (pid, fd) => {
  const [outcome] = await freeDescriptors(ownerOf(pid), [socketAt(pid, fd)], {
    source: new LiveSource(),
    cause: 'close-missing',
    acceptsReuse: true,
  });
  expect(outcome?.kind, outcome?.detail).toBe('ended');
  expect(linkOf(pid, fd)).toBeNull();
};

const stopAndContinue: Interruption = async (pid) => {
  process.kill(pid, 'SIGSTOP');
  await waitUntil('it is stopped', () => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '));
  process.kill(pid, 'SIGCONT');
};

async function answersTo(calls: readonly Call[], interrupt: Interruption): Promise<Readonly<Record<string, string>>> {
  using namespace = makeNamespace();
  const answers = calls.map(async (call) => [call, await answerTo(call, namespace, interrupt)] as const);
  return Object.fromEntries(await Promise.all(answers));
}

describe('the thread that gives a descriptor back', () => {
  it('goes on in its call as if nothing had happened, and keeps its time limit', async () => {
    const answers = await answersTo([...LIMITED, ...ENDED_BY_OTHERS], free);
    expect(answers).toEqual({
      nanosleep: 'answered 0 errno 0 early 0',
      clock_nanosleep: 'answered 0 errno 0 early 0',
      // ETIMEDOUT
      'futex-limited': 'answered -1 errno 110 early 0',
      'poll-limited': 'answered 0 errno 0 early 0',
      'ppoll-limited': 'answered 0 errno 0 early 0',
      'select-limited': 'answered 0 errno 0 early 0',
      futex: 'answered 0 errno 0 early 0',
      poll: 'answered 1 errno 0 early 0',
      select: 'answered 1 errno 0 early 0',
      recv: 'answered 1 errno 0 early 0',
      read: 'answered 1 errno 0 early 0',
      accept: 'answered 0 errno 0 early 0',
      flock: 'answered 0 errno 0 early 0',
      waitpid: 'answered 0 errno 0 early 0',
      // EINTR, by the signal that it waits for.
      pause: 'answered -1 errno 4 early 0',
    });
  });

  it('sees what it sees after a stop and a continuation in the calls that no kernel takes up again', async () => {
    const answers = await answersTo(INTERRUPTED, free);
    expect(answers).toEqual(await answersTo(INTERRUPTED, stopAndContinue));
    expect(answers['epoll']).toBe('answered -1 errno 4 early 0');
  });
});
