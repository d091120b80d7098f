import type { Finding, StuckConnection } from '../diagnose/index.ts';
import { type ClosedSocket, type Facts, type OwnerIdentity, valueOr } from '../facts/index.ts';
import { chooseAction } from './choose-action.ts';
import { measuredFrees } from './measured-frees.ts';
import type { Order, OrderOptions } from './order.ts';
import { identify, type PairedLegs, pairRelayLegs } from './pair-relay-legs.ts';
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
      .map((connection) => orderConnection({ facts, finding, connection, legs }, options)),
    ...finding.closed.map((closed) => orderClosed({ facts, finding, closed }, options)),
  ]);
}

interface About {
  readonly facts: Facts;
  readonly finding: Finding;
}

function orderConnection(
  { facts, finding, connection, legs }: About & { readonly connection: StuckConnection; readonly legs: PairedLegs },
  options: OrderOptions,
): Order {
  const { socket, holders, age } = connection;
  const { rxQueueBytes, txQueueBytes, timer } = socket;
  const leg = legs.legOf(connection);
  const pids = new Set([...holders, ...(leg?.holders ?? [])].map(({ pid }) => pid));
  return decide(
    {
      finding,
      target: identify(socket, holders),
      seen: {
        rxQueueBytes,
        txQueueBytes,
        timer: { kind: timer.kind, expiresMs: timer.expiresMs, retransmits: timer.retransmits },
        ageMs: age.ms,
        bytesAcked: socket.info.known ? socket.info.value.bytesAcked : null,
      },
      owners: identifyOwners(facts, pids.size > 0 ? [...pids] : finding.process === null ? [] : [finding.process.pid]),
    },
    facts,
    { ...options, leg },
  );
}

function orderClosed(
  { facts, finding, closed }: About & { readonly closed: ClosedSocket },
  options: OrderOptions,
): Order {
  const pids = [...new Set(closed.holders.map(({ pid }) => pid))];
  const target = { inode: closed.inode, holders: closed.holders };
  return decide({ finding, target, seen: null, owners: identifyOwners(facts, pids) }, facts, { ...options, leg: null });
}

/** Where the start of one of them is not known, none is named: the order is then refused where it needs them. */
function identifyOwners(facts: Facts, pids: readonly number[]): readonly OwnerIdentity[] {
  const owners = pids.flatMap((pid) => {
    const process = facts.processes.get(pid);
    const startedAtMs = process === undefined ? null : valueOr(process.startedAtMs, null);
    return startedAtMs === null ? [] : [{ pid, startedAtMs }];
  });
  return owners.length === pids.length ? owners : [];
}

type Undecided = Pick<Order, 'finding' | 'target' | 'seen' | 'owners'>;

function decide(order: Undecided, facts: Facts, options: OrderOptions & { readonly leg: LegOf }): Order {
  const refusal = protect(order, facts, options);
  if (refusal !== null) return { ...order, action: null, refusal, frees: null };
  const chosen = chooseAction(order, options);
  if ('why' in chosen) return { ...order, action: null, refusal: chosen, frees: null };
  return { ...order, action: chosen, refusal: null, frees: measuredFrees(order.finding.cause, chosen) };
}

type LegOf = ReturnType<PairedLegs['legOf']>;
