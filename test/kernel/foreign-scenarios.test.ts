import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type CauseScenario, runScenario } from '../../packages/closewait/src/lab/index.ts';
import { FOREIGN_SCENARIOS } from '../support/foreign-scenarios.ts';
import { FREEZER_SCENARIOS } from '../support/freezer-scenarios.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { readTcpRows, type TcpRow } from '../support/tcp-rows.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** `GET /orders HTTP/1.0` and its empty line: 24 bytes; an unread FIN counts as one more. */
const UNREAD = 25;
/** Without the 8 bytes that were read. */
const REST = UNREAD - 8;

/** What is unread on each connection, in ascending order; null: it depends. */
const UNREAD_BYTES: Readonly<Record<string, readonly number[] | null>> = {
  'c-pool-deadlock': [1, 1, UNREAD, UNREAD, UNREAD],
  'c-pool-result': [1, 1, UNREAD, UNREAD],
  'c-pool-busy': [1, 1, UNREAD],
  'c-pool-forget': [1, 1, 1],
  'c-epoll-removed': [1, 1, 1],
  'c-epoll-one-shot': [1, 1, 1],
  'c-epoll-shared': [1, 1],
  'c-poll-spin': [0, 0, 0],
  'c-select-forget': [1, 1, 1],
  'c-dead-leader': [1, 1, 1],
  'c-private-table': [1, 1, 1],
  'c-vfork': [1],
  'go-forget': [1, 1, 1],
  'go-read-to-end': [0, 0, 0],
  'go-handler-mutex': [0, 0, 0],
  'go-handler-channel': [0, 0, 0],
  'go-hijacked': [1, 1, 1],
  'go-relay': [0],
  // The client has read its buffer full, of 4096 bytes, before the header's end or after it.
  'go-body': null,
  'java-nio-pause': [REST, REST, REST],
  'java-nio-cancel': [1, 1, 1],
  'java-lock': [1, 1, 1],
  'java-pool': [1, 1, UNREAD, UNREAD, UNREAD],
  'java-forget': [1, 1, 1],
  'java-idle-pool': [1, 1, 1],
};

interface Playing {
  readonly pids: readonly number[];
  readonly networkPath: string;
  readonly readOwnRows: () => readonly TcpRow[];
}

async function play(scenario: CauseScenario, onScene: (playing: Playing) => void | Promise<void>): Promise<void> {
  let networkPath = '';
  await runScenario(scenario, {
    readConnections: (path) => readTcpRows((networkPath = path)),
    onLine: () => undefined,
    onScene: ({ pids, port, end }) => {
      const isOwn = (row: TcpRow): boolean => (end === 'local' ? row.localPort : row.remotePort) === port;
      return onScene({ pids, networkPath, readOwnRows: () => readTcpRows(networkPath).filter(isOwn) });
    },
  });
}

/** By their threads: the namespace of a first thread that has ended is not shown. */
function countInhabitants(inode: number): number {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isIn(pid, inode)).length;
}

function isIn(pid: string, inode: number): boolean {
  try {
    const tids = readdirSync(`/proc/${pid}/task`);
    return tids.some((tid) => readlinkSync(`/proc/${pid}/task/${tid}/ns/net`) === `net:[${inode}]`);
  } catch (error) {
    // Processes come and go while /proc is read.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code))) {
      return false;
    }
    throw error;
  }
}

function stateOf(pid: number | undefined): string {
  return /\) (?<state>\S) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.groups?.['state'] ?? '';
}

describe('the scenarios in other languages', () => {
  it('have names of their own, and each its expectation here', () => {
    expect(FOREIGN_SCENARIOS.map(({ name }) => name).toSorted()).toEqual(Object.keys(UNREAD_BYTES).toSorted());
  });

  it.each(FOREIGN_SCENARIOS)('$name builds $cause, and leaves nothing', async (scenario) => {
    const expected = UNREAD_BYTES[scenario.name];
    let inode = 0;
    await play(scenario, async ({ readOwnRows, networkPath, pids }) => {
      inode = statSync(networkPath).ino;
      const unread = (): readonly number[] =>
        readOwnRows()
          .map((row) => row.rxQueueBytes)
          .toSorted((a, b) => a - b);
      // The state comes with the FIN, which some programs go on to read.
      if (expected) await waitUntil(`${expected.join(', ')} unread`, () => isDeepStrictEqual(unread(), expected));
      expect(pids.every((pid) => existsSync(`/proc/${pid}`))).toBe(true);
    });
    expect(countInhabitants(inode)).toBe(0);
  });

  it('c-dead-leader: the first thread has ended', async () => {
    await play(scenarioNamed('c-dead-leader'), ({ pids: [pid] }) => expect(stateOf(pid)).toBe('Z'));
  });

  it('c-vfork: the thread that serves cannot be interrupted', async () => {
    await play(scenarioNamed('c-vfork'), ({ pids: [pid] }) => waitUntil('state D', () => stateOf(pid) === 'D'));
  });
});

describe('the freezers of this machine', () => {
  it.each(FREEZER_SCENARIOS)('$name builds $cause, and leaves no cgroup', async (scenario) => {
    let folder = '';
    await play(scenario, ({ pids: [pid] }) => {
      const cgroups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
      folder = /(?<name>closewait-lab-\d+)$/m.exec(cgroups)?.groups?.['name'] ?? '';
      expect(folder).not.toBe('');
    });
    expect(readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(hasFolder(folder))).toEqual([]);
  });
});

function hasFolder(name: string): (mount: string) => boolean {
  return (mount) => / - cgroup2? /.test(mount) && existsSync(`${mount.split(' ')[4]}/${name}`);
}

function scenarioNamed(name: string): CauseScenario {
  const scenario = FOREIGN_SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario;
}
