import type { OpenClose, PassiveClose } from '@closewait/core/events';
import { describe, expect, it } from 'vitest';
import { TraceWatch } from '../../packages/closewait/src/cli/watch/trace-watch.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

async function openWatch(source: LiveSource): Promise<TraceWatch> {
  const watch = await TraceWatch.open(source, true);
  if (!watch.known) throw new Error(watch.detail);
  return watch.value;
}

/** Watches how a program ends its only connection, where it is asked for when its holder has been seen. */
async function watchEnding(
  namespace: NetworkNamespace,
  ending: string,
  waitsForHolder = false,
): Promise<{ readonly close: PassiveClose; readonly pid: number }> {
  const source = new LiveSource();
  using watch = await openWatch(source);
  await using program = await startProgram('passive-endings', [ending], namespace);
  const isOwn = ({ ends }: Pick<OpenClose, 'ends'>): boolean => ends.local.port === program.told('port');
  const closes: PassiveClose[] = [];
  const step = async (): Promise<void> => void closes.push(...(await watch.step()).closes.filter(isOwn));
  await waitUntil('the connection is in CLOSE-WAIT', async () => {
    await step();
    const open = [...watch.open(0)].find(isOwn);
    return open !== undefined && (!waitsForHolder || open.owner.by === 'holder');
  });
  process.kill(program.pid, 'SIGUSR1');
  await waitUntil('it has ended', async () => {
    await step();
    return closes.length > 0;
  });
  source.close();
  expect(closes).toHaveLength(1);
  const [close] = closes;
  if (close === undefined) throw new Error('no close');
  return { close, pid: program.pid };
}

describe('what ended a connection, as the kernel did it', () => {
  it.each([
    ['close', 'close', false],
    ['shutdown', 'shutdown', false],
    ['exit', 'exit', false],
    ['thread', 'close', false],
    ['unread', 'unread', true],
    ['linger', 'abort', true],
    ['listener', 'abort', true],
  ] as const)('%s is %s, by the process that did it', async (how, ending, resetSent) => {
    using namespace = makeNamespace();
    const { close, pid } = await watchEnding(namespace, how);
    expect(close).toMatchObject({
      ending,
      resetSent,
      owner: { by: 'closer', pid, name: 'passive-endings' },
      actor: { pid, name: 'passive-endings' },
    });
    expect(close.finMs).not.toBeNull();
    expect(close.stay.atLeastMs).toBe(close.stay.atMostMs);
    expect(close.stay.atLeastMs).toBeGreaterThan(0);
  });

  it('child: a process that was forked and is gone is told by its own number', async () => {
    using namespace = makeNamespace();
    const { close, pid } = await watchEnding(namespace, 'child');
    expect(close).toMatchObject({ ending: 'close', owner: { by: 'closer', name: 'passive-endings' } });
    const owner = close.owner.by === 'unknown' ? null : close.owner.pid;
    expect(owner).not.toBeNull();
    expect(owner).not.toBe(pid);
  });

  it('reset of the peer: nobody here did it; the holder was seen before', async () => {
    using namespace = makeNamespace();
    const { close, pid } = await watchEnding(namespace, 'reset', true);
    expect(close).toMatchObject({ ending: 'reset', resetSent: false, owner: { by: 'holder', pid }, actor: null });
  });

  it('timeout: the peer is not there any more', async () => {
    using namespace = makeNamespace();
    const { close, pid } = await watchEnding(namespace, 'timeout', true);
    expect(close).toMatchObject({ ending: 'timeout', owner: { by: 'holder', pid }, actor: null });
  });

  it('destroy: the holder is the owner, and who destroyed it is told beside', async () => {
    using namespace = makeNamespace();
    const { close, pid } = await watchEnding(namespace, 'destroy', true);
    expect(close).toMatchObject({
      ending: 'destroy',
      resetSent: true,
      owner: { by: 'holder', pid },
      actor: { name: 'ss' },
    });
  });
});

describe('connections that were there before', () => {
  it('are found, with their holder, and end with a lower bound', async () => {
    using namespace = makeNamespace();
    const source = new LiveSource();
    const program = await startProgram('hold', ['--ipv4', 3], namespace);
    using watch = await openWatch(source);
    const ofProgram = ({ owner }: Pick<OpenClose, 'owner'>): boolean =>
      owner.by !== 'unknown' && owner.pid === program.pid;
    await watch.step();
    const open = [...watch.open(0)].filter(ofProgram);
    expect(open).toHaveLength(3);
    expect(open.every(({ owner, finMs }) => owner.by === 'holder' && finMs === null)).toBe(true);
    await program[Symbol.asyncDispose]();
    const { closes } = await watch.finish();
    source.close();
    const own = closes.filter(ofProgram);
    expect(own.map(({ ending, finMs, owner }) => ({ ending, finMs, by: owner.by }))).toEqual(
      Array.from({ length: 3 }, () => ({ ending: 'exit', finMs: null, by: 'closer' })),
    );
  });
});
