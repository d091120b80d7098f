import { type Facts, valueOr } from '../facts/index.ts';
import { buildOrder } from './build-close.ts';
import type { CloseOrder } from './close-document.ts';
import type { OrderResult } from './order.ts';

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

/** One action: who, by which rule, what was seen before, what came of it, what was seen afterwards. */
export interface AuditRecord {
  readonly schema: typeof AUDIT_SCHEMA_ID;
  /** When the outcome was known. RFC 3339, UTC, milliseconds. */
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

/** The record of one action. */
export function buildAuditRecord(
  result: OrderResult,
  about: { readonly atMs: number; readonly who: Orderer; readonly rule: string | null; readonly host: Facts['host'] },
): AuditRecord {
  const { process } = result.order.finding;
  const startedAtMs = process === null ? null : valueOr(process.startedAtMs, null);
  return {
    schema: AUDIT_SCHEMA_ID,
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
    order: buildOrder(result.order, result),
  };
}

/** The sentence of the journal, for whoever reads it there. */
export function sayAudit({ order, process, rule }: AuditRecord): string {
  const what =
    order.connection === null ? `socket ${order.inode}` : `${order.connection.local} with ${order.connection.remote}`;
  const whose = process === null ? '' : ` of ${process.comm ?? 'process'} ${process.pid}`;
  const by = rule === null ? '' : ` (rule ${rule})`;
  const { outcome } = order;
  return `${order.action?.method ?? 'nothing'}${by}: ${what}${whose}, ${order.cause}: ${outcome?.kind ?? 'not done'}, ${outcome?.detail ?? ''}`;
}
