import { diagnose, type Finding } from '@closewait/core/diagnose';
import { type Facts, known, type SocketFacts } from '@closewait/core/facts';
import { array, assert, asyncProperty, constantFrom, nat, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sampleCloseLook,
  sampleFacts,
  sampleListener,
  sampleProcess,
  sampleSocket,
} from '../../../../../test/support/sample-facts.ts';
import { parseSelection } from './index.ts';

const CLOSE = /^closewait close (?<selectors>.+?)(?: --where '(?<where>[^']+)')? --with [\w-]+$/;

interface Ends {
  readonly pid: number;
  readonly others: readonly number[];
  readonly port: number;
  readonly netns: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly peer: number;
  readonly listens: boolean;
  readonly isQueued: boolean;
}

const PIDS: readonly number[] = [100, 200, 300];

/** Connections of a few processes on a few ports in two namespaces, some shared, some in an accept queue, some of clients. */
function factsOf(all: readonly Ends[]): Facts {
  const addressOf = ({ family }: Ends, host: number): string =>
    family === 'ipv4' ? `10.0.0.${host}` : `fd00::${host}`;
  const sockets = all.map((ends, index): SocketFacts => {
    const { netns, family, port, peer, listens } = ends;
    return sampleSocket({
      netns,
      family,
      cookie: BigInt(1000 + index),
      inode: ends.isQueued && listens ? 0 : 2000 + index,
      local: { address: addressOf(ends, 1), port: listens ? port : 40_000 + index },
      remote: { address: addressOf(ends, 2 + peer), port: listens ? 50_000 + index : port },
    });
  });
  const keyOf = ({ pid, netns, family, port }: Ends): string => `${pid} ${netns} ${family} ${port}`;
  const listening = [...new Map(all.filter(({ listens }) => listens).map((ends) => [keyOf(ends), ends])).values()];
  const listeners = listening.map((ends, index) =>
    sampleListener({
      netns: ends.netns,
      family: ends.family,
      cookie: BigInt(1 + index),
      inode: 1 + index,
      local: { address: ends.family === 'ipv4' ? '0.0.0.0' : '::', port: ends.port },
    }),
  );
  const activities = new Map(PIDS.flatMap((pid) => [...sampleCloseLook({ activity: { pid } }).activities]));
  return sampleFacts({
    sockets,
    closeLook: { ...sampleCloseLook(), activities },
    listeners,
    holders: [
      ...listening.map(({ pid }, index) => [1 + index, { pid, tid: pid, fd: 3 + index }] as const),
      ...all.flatMap(({ pid, others, isQueued, listens }, index) =>
        isQueued && listens
          ? []
          : [...new Set([pid, ...others])].map(
              (one) => [2000 + index, { pid: one, tid: one, fd: 100 + index }] as const,
            ),
      ),
    ],
    processes: PIDS.map((pid) => sampleProcess({ pid, parentPid: known(pid === 100 ? 1 : 100) })),
  });
}

const cookiesOf = ({ connections }: Pick<Finding, 'connections'>): readonly number[] =>
  connections.map(({ socket }) => Number(socket.cookie)).toSorted((a, b) => a - b);

async function selectedBy(command: string, facts: Facts): Promise<readonly number[]> {
  const { selectors = '', where } = CLOSE.exec(command)?.groups ?? {};
  const selection = await parseSelection(selectors.replaceAll("'", '').split(' '), where);
  const { findings } = diagnose(facts, { minAgeMs: 0, selects: selection.over(facts) });
  return findings
    .filter(({ cause }) => selection.causes.length === 0 || selection.causes.includes(cause))
    .flatMap(cookiesOf)
    .toSorted((a, b) => a - b);
}

const ends = record<Ends>({
  pid: constantFrom(100, 200, 300),
  others: constantFrom([], [], [200], [200, 300]),
  port: constantFrom(80, 443),
  netns: constantFrom(7, 7, 8),
  family: constantFrom('ipv4', 'ipv4', 'ipv6'),
  peer: nat({ max: 2 }),
  listens: constantFrom(true, true, false),
  isQueued: constantFrom(false, false, false, true),
});

describe('the command of a finding', () => {
  it('selects its connections and no others, with the shortest words that do', async () => {
    const spelt = new Set<string>();
    await assert(
      asyncProperty(array(ends, { minLength: 1, maxLength: 200, size: 'max' }), async (all) => {
        const facts = factsOf(all);
        for (const finding of diagnose(facts, { minAgeMs: 0 }).findings) {
          for (const { command } of finding.remedies) {
            if (command?.startsWith('closewait close ') !== true) continue;
            spelt.add(command.replaceAll(/(?<=:)[\w-]+|\d+/g, '…'));
            expect(await selectedBy(command, facts), command).toEqual(cookiesOf(finding));
          }
        }
      }),
      { numRuns: 60 },
    );
    expect([...spelt].some((command) => command.includes('--where'))).toBe(true);
    expect(spelt).toContain('closewait close cookie:… --with destroy');
  });
});
