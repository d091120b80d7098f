import { readFileSync } from 'node:fs';
import {
  judgeCell,
  type MeasuredCell,
  type RemediesDocument,
  type RemedyCell,
  type RemedyId,
} from '@closewait/core/experiment';
import type { ConnectionIdentity, SocketFacts } from '@closewait/core/facts';
import type { Order } from '@closewait/core/orders';
import type { OrderedAction } from '@closewait/core/ways';
import { beforeAll, describe, expect, it } from 'vitest';
import { Actor } from '../../packages/closewait/src/actions/actor.ts';
import { readSockets } from '../../packages/closewait/src/cli/read-sockets.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/index.ts';
import { type Patient, runRemedies } from '../../packages/closewait/src/lab/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { ownerOf } from '../support/owner.ts';
import { sampleFinding } from '../support/sample-policy.ts';

expectNothingLeaked();

const MEASURED = new URL('../../docs/measured/remedies.json', import.meta.url);
const documented = JSON.parse(readFileSync(MEASURED, 'utf8')) as RemediesDocument;

const { causes } = documented;

/** What the command does in place of the laboratory, to the connection or to the other side of its relay. */
const ACTIONS: Readonly<Partial<Record<RemedyId, (leg: ConnectionIdentity | null) => OrderedAction>>> = {
  destroy: () => ({ method: 'destroy' }),
  'shutdown-write': () => ({ method: 'shutdown', direction: 'write', leg: null }),
  'shutdown-both': () => ({ method: 'shutdown', direction: 'both', leg: null }),
  'other-leg-read': (leg) => ({ method: 'shutdown', direction: 'read', leg }),
  'other-leg-both': (leg) => ({ method: 'shutdown', direction: 'both', leg }),
  'timeout-outside': () => ({ method: 'timeout', timeoutMs: 2000, keepalive: false }),
  'keepalive-outside': () => ({ method: 'timeout', timeoutMs: 2000, keepalive: true }),
};
const REMEDIES: readonly RemedyId[] = documented.remedies.map(({ id }) => id).filter((id) => ACTIONS[id] !== undefined);

function identify(socket: SocketFacts | null, { holderOf }: Patient): ConnectionIdentity | null {
  if (socket === null) return null;
  const { netns, cookie, inode, family, local, remote } = socket;
  const holder = holderOf(inode);
  return { netns, cookie, inode, family, local, remote, holders: holder === null ? [] : [holder] };
}

function applyByOrder(remedy: RemedyId, patient: Patient): string | null {
  const action = ACTIONS[remedy];
  if (action === undefined) return null;
  const target = identify(patient.own, patient);
  // The kernel has ended it: there is nothing that an order could be about.
  if (target === null) return 'ENOENT';
  const leg = identify(patient.otherLeg, patient);
  const order: Order = {
    finding: sampleFinding(),
    target,
    seen: null,
    owners: [...target.holders, ...(leg?.holders ?? [])].map(({ pid }) => ownerOf(pid)),
    action: action(leg),
    refusal: null,
    frees: null,
  };
  const source = new LiveSource();
  using actor = new Actor({ source, pathOf: () => patient.networkPath, processOf: () => null });
  const acted = actor.act(order);
  return acted.kind === 'done' ? 'ok' : acted.detail;
}

let cells: readonly RemedyCell[] = [];

beforeAll(async () => {
  const { signal } = new AbortController();
  const run = { causes, remedies: REMEDIES, signal, readSockets, applies: applyByOrder, onProgress: () => undefined };
  ({ cells } = await runRemedies(run));
});

const isMeasured = (cell: RemedyCell): cell is MeasuredCell => cell.outcome === 'measured';

describe('what an order does to every cause and every kind of peer', () => {
  it.each(
    causes.flatMap((cause) => REMEDIES.map((remedy) => ({ cause, remedy }))),
  )('is what the laboratory has measured: $cause, $remedy', ({ cause, remedy }) => {
    const verdicts = (all: readonly RemedyCell[], done: RemedyId): readonly string[] =>
      all
        .filter((cell) => cell.cause === cause && cell.remedy === done)
        .filter(isMeasured)
        .map((cell) => `${cell.peer}: ${judgeCell(cell)}, worker ${cell.worker.result}`);
    // TCP_USER_TIMEOUT is set with keepalive too, and while data waits it is what counts.
    const waits = cause === 'writer-blocked' || cause === 'half-close-in-use';
    const same = remedy === 'keepalive-outside' && waits ? 'timeout-outside' : remedy;
    expect(verdicts(cells, remedy)).toEqual(verdicts(documented.cells, same));
  });

  it('was played as a whole', () => {
    expect(cells.filter(({ outcome }) => outcome === 'not-measured')).toEqual([]);
  });
});
