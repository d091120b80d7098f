import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listConnections, report } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { listWithLsof, listWithSs } from '../support/peers.ts';
import { startProgram } from '../support/program.ts';

expectNothingLeaked();

let namespace: NetworkNamespace;

/** One namespace for all: each test asks about its own program, and the sockets of the ones before are gone. */
beforeAll(() => {
  namespace = makeNamespace();
});
afterAll(() => namespace[Symbol.dispose]());

describe('connections whose holder ss and lsof do not show', () => {
  it('finds the thread that lives on after the first thread of its process has ended', async () => {
    await using program = await startProgram('dead-leader', [3], namespace);
    const rows = await listConnections(namespace);
    expect(rows.map(({ owners }) => owners.map(({ pid, tid }) => ({ pid, tid })))).toEqual(
      Array.from({ length: 3 }, () => [{ pid: program.pid, tid: program.told('tid') }]),
    );
    expect((await listWithSs(namespace)).map(({ holders }) => holders)).toEqual([[], [], []]);
    expect(await listWithLsof(namespace)).toEqual([]);
  });

  it('finds the thread that has a descriptor table of its own', async () => {
    await using program = await startProgram('private-table', [3], namespace);
    const rows = await listConnections(namespace);
    expect(rows.map(({ owners }) => owners.map(({ pid, tid }) => ({ pid, tid })))).toEqual(
      Array.from({ length: 3 }, () => [{ pid: program.pid, tid: program.told('tid') }]),
    );
    expect((await listWithSs(namespace)).map(({ holders }) => holders)).toEqual([[], [], []]);
    expect(await listWithLsof(namespace)).toEqual([]);
  });

  it('gives connections that were never accepted to the process that listens', async () => {
    await using program = await startProgram('unaccepted', [2, 3], namespace);
    const findings = (await report()).findings.filter(({ process: owner }) => owner?.pid === program.pid);
    expect(findings).toMatchObject([
      {
        cause: 'never-accepted',
        confidence: 'certain',
        count: 5,
        listener: { local: `127.0.0.1:${program.told('port')}`, acceptQueue: 5, backlog: 5 },
      },
    ]);
    const ss = await listWithSs(namespace);
    expect(ss.map(({ inode, holders }) => ({ inode, holders }))).toEqual(
      Array.from({ length: 5 }, () => ({ inode: 0, holders: [] })),
    );
  });

  it('tells what a connection in the accept queue has sent: nothing but its FIN, or data', async () => {
    await using _program = await startProgram('unaccepted', [2, 3], namespace);
    const rows = await listConnections(namespace);
    expect(rows.map(({ rxQueueBytes }) => rxQueueBytes).toSorted((a, b) => a - b)).toEqual([1, 1, 101, 101, 101]);
    expect(rows.map(({ inode, owners }) => ({ inode, owners }))).toEqual(
      Array.from({ length: 5 }, () => ({ inode: 0, owners: [] })),
    );
  });

  it('finds the descriptors of connections that the kernel has closed since', async () => {
    await using program = await startProgram('closed-but-held', [3], namespace);
    const findings = (await report()).findings.filter(({ process: owner }) => owner?.pid === program.pid);
    expect(findings).toMatchObject([
      { cause: 'closed-but-held', count: 3, process: { descriptors: { closedButHeld: 3, closeWait: 0 } } },
    ]);
    expect(await listWithSs(namespace)).toEqual([]);
    expect(await listWithLsof(namespace)).toEqual([]);
  });
});

describe('a connection that several descriptors hold', () => {
  it('lists a duplicate in the same process and what a forked process inherited', async () => {
    await using program = await startProgram('hold', ['--ipv4', 1, '--dup', 1, '--forks', 1], namespace);
    const pids = [program.pid, program.told('childPid')];
    const fds = [program.told('firstFd'), program.told('dupFd')];
    const [row] = await listConnections(namespace);
    const all = pids.flatMap((pid) => fds.map((fd) => ({ pid, tid: pid, fd })));
    expect(row?.owners.length).toBe(all.length);
    expect(row?.owners).toEqual(expect.arrayContaining(all.map((owner) => expect.objectContaining(owner) as unknown)));
  });
});
