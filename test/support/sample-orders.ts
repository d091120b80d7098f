import type { Finding } from '@closewait/core/diagnose';
import { makeOrders, type Order, type OrderOptions, type OrderResult } from '@closewait/core/orders';
import { type SampleLook, sampleCloseLook, sampleFacts } from './sample-facts.ts';
import { sampleFinding } from './sample-policy.ts';

/** An order that says no more than its method, given by process 77. */
function sampleOptions(changes: Partial<OrderOptions> = {}): OrderOptions {
  return {
    method: 'auto',
    direction: null,
    timeoutMs: 10_000,
    limit: null,
    raisesHardLimit: false,
    acceptsReuse: false,
    forcesInUse: false,
    namedCookies: [],
    ownPids: new Set([77]),
    ...changes,
  };
}

/** The orders about findings of a look that knows their processes. */
export function sampleOrders(
  changes: Partial<OrderOptions>,
  findings: readonly Finding[] = [sampleFinding()],
  look: SampleLook = {},
): readonly Order[] {
  const facts = sampleFacts({
    sockets: findings.flatMap(({ connections }) => connections.map(({ socket }) => socket)),
    processes: findings.flatMap(({ process }) => process ?? []),
    closeLook: sampleCloseLook(),
    ...look,
  });
  return makeOrders(facts, findings, sampleOptions(changes));
}

/** A connection that SOCK_DESTROY has ended, with its descriptor open still. */
export function sampleOrderResult(): OrderResult {
  const [order] = sampleOrders({ method: 'destroy' });
  if (order === undefined) throw new Error('one connection is stuck');
  const before = {
    state: 'CLOSE-WAIT',
    descriptor: 'open',
    leg: null,
    openDescriptors: 61,
    ownerRuns: true,
    goesOn: null,
  } as const;
  return {
    order,
    outcome: {
      kind: 'ended',
      detail: 'SOCK_DESTROY: the connection is gone; descriptor 7 of process 4121 is open still',
    },
    before,
    after: { ...before, state: 'CLOSED' },
  };
}
