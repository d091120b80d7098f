import { type Facts, formatEndpoint, type OutcomeKind, valueOr } from '../facts/index.ts';
import { buildConnectionProcess, buildReader, toJsonInteger } from '../report/index.ts';
import { isConnection, type OrderedAction, type OrderMethod, restartCommandOf } from '../ways/index.ts';
import {
  CLOSE_SCHEMA_ID,
  type CloseAction,
  type CloseAudit,
  type CloseDocument,
  type CloseOrder,
  type CloseOwner,
  type CloseProcess,
} from './close-document.ts';
import type { Order, OrderResult, SeenOrder } from './order.ts';

/** What a document says beside its orders. */
export interface CloseContext {
  readonly facts: Facts;
  readonly method: OrderMethod;
  /** One for each order, in their order; null: a dry run. */
  readonly results: readonly OrderResult[] | null;
  readonly audit: CloseAudit | null;
}

/** The JSON document of an order: schema `closewait/close/v1`. */
export function buildClose(orders: readonly Order[], { facts, method, results, audit }: CloseContext): CloseDocument {
  const built = orders.map((order, index) => buildOrder(order, results?.[index] ?? null));
  const outcomes: Record<OutcomeKind, number> = {
    ended: 0,
    'already-gone': 0,
    changed: 0,
    denied: 0,
    unsupported: 0,
    refused: 0,
    unconfirmed: 0,
  };
  for (const { outcome } of built) if (outcome !== null) outcomes[outcome.kind]++;
  return {
    schema: CLOSE_SCHEMA_ID,
    takenAt: new Date(facts.takenAtMs).toISOString(),
    host: { name: facts.host.name, kernel: facts.host.kernel, bootId: facts.host.bootId },
    method,
    carriedOut: results !== null,
    totals: {
      selected: built.length,
      planned: built.filter(({ action }) => action !== null).length,
      outcomes,
    },
    processes: buildProcesses(orders, results),
    orders: built,
    audit,
    readers: facts.readers.map(buildReader),
    unseen: facts.unseen.map(({ what, problem }) => ({
      what,
      why: problem.why,
      detail: problem.detail,
      hint: problem.hint ?? null,
    })),
  };
}

function buildProcesses(orders: readonly Order[], results: readonly OrderResult[] | null): readonly CloseProcess[] {
  const byPid = new Map<number, CloseProcess>();
  for (const [index, { finding }] of orders.entries()) {
    const { process } = finding;
    if (process === null || byPid.has(process.pid)) continue;
    const use = valueOr(process.descriptors, null);
    const result = results?.[index];
    const startedAtMs = valueOr(process.startedAtMs, null);
    byPid.set(process.pid, {
      ...buildConnectionProcess(process),
      startedAt: startedAtMs === null ? null : new Date(startedAtMs).toISOString(),
      descriptors:
        use === null
          ? null
          : {
              limit: Number.isFinite(use.softLimit) ? use.softLimit : null,
              before: result?.before.openDescriptors ?? use.open,
              after: result?.after.openDescriptors ?? null,
            },
      restart: restartCommandOf(finding),
    });
  }
  return [...byPid.values()];
}

/** One order as documents and the audit show it: as it was made, as it is about to be carried out, or with what became of it. */
export function buildOrder(order: Order, seen: SeenOrder | OrderResult | null): CloseOrder {
  const { finding, target, action, refusal, frees } = order;
  const result = seen !== null && 'outcome' in seen ? seen : null;
  return {
    finding: finding.id,
    cause: finding.cause,
    confidence: finding.confidence,
    pid: finding.process?.pid ?? null,
    connection: isConnection(target)
      ? {
          local: formatEndpoint(target.local),
          remote: formatEndpoint(target.remote),
          family: target.family,
          netns: target.netns,
          cookie: toJsonInteger(target.cookie),
          rxQueueBytes: order.seen?.rxQueueBytes ?? 0,
          txQueueBytes: order.seen?.txQueueBytes ?? 0,
          ageMs: order.seen?.ageMs ?? null,
        }
      : null,
    inode: target.inode,
    owners: target.holders.map(buildOwner),
    action: action === null ? null : buildAction(action),
    refusal,
    frees,
    outcome:
      result === null
        ? null
        : { kind: result.outcome.kind, detail: result.outcome.detail, hint: result.outcome.hint ?? null },
    before: seen?.before ?? null,
    after: result?.after ?? null,
  };
}

function buildAction(action: OrderedAction): CloseAction {
  switch (action.method) {
    case 'shutdown': {
      const { method, direction, leg } = action;
      if (leg === null) return { method, direction, leg };
      const local = formatEndpoint(leg.local);
      const remote = formatEndpoint(leg.remote);
      const owners = leg.holders.map(buildOwner);
      return { method, direction, leg: { local, remote, cookie: toJsonInteger(leg.cookie), owners } };
    }
    case 'limit':
      return { ...action, hard: Number.isFinite(action.hard) ? action.hard : null };
    default:
      return action;
  }
}

function buildOwner({ pid, tid, fd }: CloseOwner): CloseOwner {
  return { pid, tid, fd };
}
