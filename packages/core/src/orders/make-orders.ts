import type { Finding } from '../diagnose/index.ts';
import type { ConnectionIdentity, Facts } from '../facts/index.ts';
import { chooseAction, pairRelayLegs, type Subject, subjectOfClosed, subjectOfConnection } from '../ways/index.ts';
import { measuredFrees } from './measured-frees.ts';
import type { Order, OrderOptions } from './order.ts';
import { protect } from './protect.ts';

/**
 * What an operator's order comes to for each connection of the selected findings: an action, or why there is none. The oldest
 * first within a finding. Nothing is done here, and nothing is decided that acting does not compare once more.
 */
export function makeOrders(facts: Facts, findings: readonly Finding[], options: OrderOptions): readonly Order[] {
  const legs = pairRelayLegs(facts, findings);
  return findings.flatMap((finding) => [
    ...[...finding.connections]
      .sort((a, b) => (b.age.ms ?? -1) - (a.age.ms ?? -1))
      .map((connection) => {
        const leg = legs.legOf(connection);
        return decide(subjectOfConnection(facts, finding, connection, leg), facts, options, leg);
      }),
    ...finding.closed.map((closed) => decide(subjectOfClosed(facts, finding, closed), facts, options, null)),
  ]);
}

function decide(subject: Subject, facts: Facts, options: OrderOptions, leg: ConnectionIdentity | null): Order {
  const refusal = protect(subject, facts, { ...options, leg });
  if (refusal !== null) return { ...subject, action: null, refusal, frees: null };
  const chosen = chooseAction(subject, { ...options, leg });
  if ('why' in chosen) return { ...subject, action: null, refusal: chosen, frees: null };
  return { ...subject, action: chosen, refusal: null, frees: measuredFrees(subject.finding.cause, chosen) };
}
