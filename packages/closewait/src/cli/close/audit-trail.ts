import { randomUUID } from 'node:crypto';
import type { Facts } from '@closewait/core/facts';
import {
  buildAuditRecord,
  type CloseAudit,
  type Order,
  type Orderer,
  type OrderResult,
  type SeenOrder,
} from '@closewait/core/orders';
import type { AuditLog } from './audit-log.ts';

/** Whose actions they are. */
export interface TrailOptions {
  readonly who: Orderer;
  readonly host: Facts['host'];
  /** The rule of a policy that an order comes of; null: by hand. */
  readonly ruleOf: (order: Order) => string | null;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

/**
 * The two records of each action of one command: before anything is done, and when the outcome is known. Each call is one
 * write-out to the disk, however many actions there are.
 */
export class AuditTrail {
  readonly #log: AuditLog;
  readonly #options: TrailOptions;
  /** Ids tell the runs of a command apart, on any host, and its actions. */
  readonly #run: string = randomUUID();
  readonly #ids = new Map<Order, string>();

  constructor(log: AuditLog, options: TrailOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Writes down what is about to be done; answers null, or why it must not be done. */
  ordered(seen: readonly SeenOrder[]): string | null {
    for (const { order } of seen) this.#ids.set(order, `${this.#run}/${this.#ids.size + 1}`);
    this.#write(seen);
    return this.#log.isBroken ? 'the audit file takes no more: it would be written down nowhere' : null;
  }

  /** Writes down what came of those that were ordered; answers where all of it is now. */
  done(results: readonly OrderResult[]): CloseAudit {
    return this.#write(results.filter(({ order }) => this.#ids.has(order)));
  }

  #write(all: readonly (SeenOrder | OrderResult)[]): CloseAudit {
    const { who, host, ruleOf, nowMs } = this.#options;
    const atMs = nowMs();
    return this.#log.write(
      all.map((seen) => {
        const id = this.#ids.get(seen.order) ?? '';
        return buildAuditRecord(seen, { id, atMs, who, rule: ruleOf(seen.order), host });
      }),
    );
  }
}
