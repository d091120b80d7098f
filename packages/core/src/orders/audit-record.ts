import { type Facts, valueOr } from '../facts/index.ts';
import { buildOrder } from './build-close.ts';
import type { CloseOrder } from './close-document.ts';
import type { OrderResult, SeenOrder } from './order.ts';

/** Identifier of the schema of one line; a breaking change raises the number. */
export const AUDIT_SCHEMA_ID = 'closewait/audit/v1';

/** Who gives an order. */
export interface Orderer {
  /** Effective. */
  readonly uid: number;
  /** Who logged in, as the kernel keeps it through sudo and su (/proc/self/loginuid); null: nobody. */
  readonly loginUid: number | null;
  readonly pid: number;
  /** As it was typed. */
  readonly command: string;
}

/**
 * One action, in two records with the same id. `ordered`: before it is done, who, by which rule, what was seen. `done`: what
 * came of it, and what was seen then. The first without the second: the command ended in between, and nobody looked again.
 */
export interface AuditRecord {
  readonly schema: typeof AUDIT_SCHEMA_ID;
  /** Of the action: the same in both of its records, and in no others. */
  readonly id: string;
  readonly phase: 'ordered' | 'done';
  /** When it was about to be done, or when the outcome was known. RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly who: Orderer;
  /** Of a policy; null: by hand. */
  readonly rule: string | null;
  readonly host: string;
  readonly bootId: string;
  readonly process: {
    readonly pid: number;
    readonly comm: string | null;
    readonly startedAt: string | null;
  } | null;
  readonly order: CloseOrder;
}

/** What a record says beside the order. */
export interface AuditContext {
  readonly id: string;
  readonly atMs: number;
  readonly who: Orderer;
  readonly rule: string | null;
  readonly host: Facts['host'];
}

/** The record of an action that is about to be done; of a result, the one of what came of it. */
export function buildAuditRecord(seen: SeenOrder | OrderResult, about: AuditContext): AuditRecord {
  const { process } = seen.order.finding;
  const startedAtMs = process === null ? null : valueOr(process.startedAtMs, null);
  return {
    schema: AUDIT_SCHEMA_ID,
    id: about.id,
    phase: 'outcome' in seen ? 'done' : 'ordered',
    at: new Date(about.atMs).toISOString(),
    who: about.who,
    rule: about.rule,
    host: about.host.name,
    bootId: about.host.bootId,
    process:
      process === null
        ? null
        : {
            pid: process.pid,
            comm: valueOr(process.name, null),
            startedAt: startedAtMs === null ? null : new Date(startedAtMs).toISOString(),
          },
    order: buildOrder(seen.order, seen),
  };
}

/** The sentence of the journal, for whoever reads it there. */
export function sayAudit({ order, process, rule, phase }: AuditRecord): string {
  const what =
    order.connection === null ? `socket ${order.inode}` : `${order.connection.local} with ${order.connection.remote}`;
  const whose = process === null ? '' : ` of ${process.comm ?? 'process'} ${process.pid}`;
  const by = rule === null ? '' : ` (rule ${rule})`;
  const { outcome } = order;
  const became = phase === 'ordered' ? 'ordered' : `${outcome?.kind ?? 'not done'}, ${outcome?.detail ?? ''}`;
  return `${order.action?.method ?? 'nothing'}${by}: ${what}${whose}, ${order.cause}: ${became}`;
}
