import { readFileSync } from 'node:fs';
import type { MeasuredCell, RemediesDocument, RemedyCause, RemedyId } from '@closewait/core/experiment';
import { type Freed, measuredFrees } from '@closewait/core/orders';
import type { OrderedAction } from '@closewait/core/ways';
import { describe, expect, it } from 'vitest';

const MEASURED = new URL('../../../../docs/measured/remedies.json', import.meta.url);
const { cells, causes } = JSON.parse(readFileSync(MEASURED, 'utf8')) as RemediesDocument;
const LEG = { netns: 1, cookie: 1n, inode: 1, family: 'ipv4', holders: [] } as const;
const NOWHERE = { address: '127.0.0.1', port: 1 };

/** The columns of the measurement, and the orders that do the same. */
const SAME: readonly (readonly [RemedyId, OrderedAction])[] = [
  ['destroy', { method: 'destroy' }],
  ['shutdown-write', { method: 'shutdown', direction: 'write', leg: null }],
  ['shutdown-both', { method: 'shutdown', direction: 'both', leg: null }],
  ['other-leg-read', { method: 'shutdown', direction: 'read', leg: { ...LEG, local: NOWHERE, remote: NOWHERE } }],
  ['other-leg-both', { method: 'shutdown', direction: 'both', leg: { ...LEG, local: NOWHERE, remote: NOWHERE } }],
  ['timeout-outside', { method: 'timeout', timeoutMs: 2000, keepalive: false }],
  ['keepalive-outside', { method: 'timeout', timeoutMs: 2000, keepalive: true }],
  ['raise-limit', { method: 'limit', soft: 4096, hard: 4096 }],
];

/** TCP_USER_TIMEOUT is set with keepalive too, and while data waits it is what counts. */
function sameAs(cause: RemedyCause, remedy: RemedyId): RemedyId {
  const waits = cause === 'writer-blocked' || cause === 'half-close-in-use';
  return remedy === 'keepalive-outside' && waits ? 'timeout-outside' : remedy;
}

function measured(cause: RemedyCause, remedy: RemedyId): readonly MeasuredCell[] {
  return cells.filter(
    (cell): cell is MeasuredCell => cell.cause === cause && cell.remedy === remedy && cell.outcome === 'measured',
  );
}

function freedOf(all: readonly boolean[]): Freed {
  return all.every(Boolean) ? 'yes' : all.some(Boolean) ? 'depends' : 'no';
}

describe('what an order frees', () => {
  const places = causes
    .filter((cause) => cause !== 'closed-but-held')
    .flatMap((cause) =>
      SAME.map(([remedy, action]) => ({ cause, remedy, action, own: measured(cause, sameAs(cause, remedy)) })),
    )
    .filter(({ own }) => own.length > 0);

  it.each(places)('is what was measured: $cause, $remedy', ({ cause, action, own }) => {
    const results = own.map(({ worker }) => worker.result);
    expect(measuredFrees(cause, action)).toEqual({
      connection: freedOf(own.map(({ connection }) => connection.result !== 'stayed')),
      descriptor: freedOf(own.map(({ descriptor }) => descriptor.freed)),
      worker: results.includes('free') ? 'not-lost' : freedOf(results.map((result) => result === 'freed')),
    });
  });

  it('was measured with every cause', () => {
    expect(new Set(places.map(({ cause }) => cause)).size).toBe(16);
  });
});
