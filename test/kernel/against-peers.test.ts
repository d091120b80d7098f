import type { ConnectionRow } from '@closewait/core/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listConnections } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { type Holding, keyOf, listWithLsfd, listWithLsof, listWithSs, unmapEndpoint } from '../support/peers.ts';
import { type Program, startProgram } from '../support/program.ts';

expectNothingLeaked();

/** Takes 10 s alone; every tool here reads the whole of /proc, so a machine with much else on it takes longer. */
const PREPARATION_DEADLINE_MS = 240_000;

/** What closewait, ss and lsof say about one namespace. */
interface Answers {
  readonly rows: readonly ConnectionRow[];
  readonly ss: Awaited<ReturnType<typeof listWithSs>>;
  readonly lsof: readonly Holding[];
}

function holdingsOf(rows: readonly ConnectionRow[]): Holding[] {
  return rows.flatMap(({ local, remote, inode, owners }) =>
    owners.map(({ pid, fd }) => ({ local, remote, inode, pid, fd })),
  );
}

/** Both differences of two lists of distinct lines: short to read where thousands of lines agree. */
function differences(ours: readonly string[], theirs: readonly string[]): Record<string, readonly string[]> {
  const [left, right] = [new Set(ours), new Set(theirs)];
  return { onlyOurs: [...left.difference(right)], onlyTheirs: [...right.difference(left)] };
}

const NONE = { onlyOurs: [], onlyTheirs: [] };

describe('21,500 connections of three processes and a fork in two namespaces', () => {
  const namespaces: NetworkNamespace[] = [];
  const programs: Program[] = [];
  const answers: Answers[] = [];

  beforeAll(async () => {
    const [blue, green] = [makeNamespace(), makeNamespace()];
    namespaces.push(blue, green);
    programs.push(
      await startProgram('hold', ['--ipv4', 8000, '--mapped', 1000, '--dup', 1, '--bytes', 100], blue),
      await startProgram('hold', ['--ipv6', 4000, '--ipv4', 3000, '--forks', 1], blue),
      await startProgram('hold', ['--ipv4', 5000, '--mapped', 500, '--idle', 200], green),
    );
    for (const namespace of namespaces) {
      answers.push({
        rows: await listConnections(namespace),
        ss: await listWithSs(namespace),
        lsof: await listWithLsof(namespace),
      });
    }
  }, PREPARATION_DEADLINE_MS);

  afterAll(async () => {
    for (const program of programs) await program[Symbol.asyncDispose]();
    for (const namespace of namespaces) namespace[Symbol.dispose]();
  });

  it('lists the connections that were made, and those of each namespace under its number', () => {
    expect(answers.map(({ rows }) => rows.length)).toEqual([16_000, 5500]);
    const families = Object.groupBy(
      answers.flatMap(({ rows }) => rows),
      ({ family }) => family,
    );
    expect(Object.entries(families).map(([family, rows]) => [family, rows.length])).toEqual(
      expect.arrayContaining([
        ['ipv4', 16_000],
        ['ipv6', 4000],
        ['ipv4-mapped', 1500],
      ]),
    );
  });

  it('agrees with ss on addresses, inodes, processes and descriptors', async ({ annotate }) => {
    for (const { rows, ss } of answers) {
      const ours = holdingsOf(rows).map(keyOf);
      const theirs = ss.flatMap(({ holders, ...row }) => holders.map((holder) => keyOf({ ...row, ...holder })));
      expect(differences(ours, theirs)).toEqual(NONE);
      expect(ours.length).toBe(theirs.length);
      await annotate(`${ours.length} descriptors of ${rows.length} connections: closewait and ss agree on all`);
    }
  });

  it('agrees with ss on cookies and queues', () => {
    for (const { rows, ss } of answers) {
      const ours = rows.map((row) => `${BigInt(row.cookie).toString(16)} ${row.rxQueueBytes} ${row.txQueueBytes}`);
      const theirs = ss.map((row) => `${row.cookie} ${row.receiveQueue} ${row.sendQueue}`);
      expect(differences(ours, theirs)).toEqual(NONE);
    }
  });

  it('agrees with lsof on addresses, inodes, processes and descriptors', async ({ annotate }) => {
    for (const { rows, lsof } of answers) {
      const ours = holdingsOf(rows).map((holding) =>
        keyOf({ ...holding, local: unmapEndpoint(holding.local), remote: unmapEndpoint(holding.remote) }),
      );
      expect(differences(ours, lsof.map(keyOf))).toEqual(NONE);
      expect(ours.length).toBe(lsof.length);
      await annotate(`${ours.length} descriptors: closewait and lsof agree on all`);
    }
  });

  it('names no descriptor that lsfd does not see in the same process on the same inode', async () => {
    const ours = answers.flatMap(({ rows }) => holdingsOf(rows));
    const theirs = await listWithLsfd([...new Set(ours.map(({ pid }) => pid))]);
    const keys = ours.map(({ inode, pid, fd }) => `${inode} ${pid} ${fd}`);
    expect(keys.filter((key) => !theirs.has(key))).toEqual([]);
  });
});
