import type { Diagnosis, Finding } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { makeOrders, type Order } from '@closewait/core/orders';
import { AUTO_TIMEOUT_MS } from '@closewait/core/ways';
import type { ConnectionSelection } from './host-look.ts';

/** What `closewait close` is asked for: a process, or one of its connections. */
export type OrderSelection = Extract<ConnectionSelection, { readonly of: 'order' }>;

/** A connection is named by its cookie; a socket that the kernel has closed has none. */
const COOKIE = /^\d+$/;

/** The command that the order is. */
export function spellOrder({ pid, method, line }: OrderSelection): string {
  const selector =
    line === null ? `pid:${pid}` : COOKIE.test(line) ? `cookie:${line}` : `pid:${pid} cause:closed-but-held`;
  return `closewait close ${selector} --with ${method}`;
}

/** What the command comes to, without its further options: nothing is done. */
export function makeDryRun(
  {
    facts,
    diagnosis,
    ownPids,
  }: { readonly facts: Facts; readonly diagnosis: Diagnosis; readonly ownPids: ReadonlySet<number> },
  selection: OrderSelection,
): readonly Order[] {
  const { method, line } = selection;
  return makeOrders(
    facts,
    diagnosis.findings.flatMap((finding) => narrow(finding, selection)),
    {
      method,
      direction: null,
      timeoutMs: AUTO_TIMEOUT_MS,
      limit: null,
      raisesHardLimit: false,
      acceptsReuse: false,
      forcesInUse: false,
      namedCookies: line !== null && COOKIE.test(line) ? [BigInt(line)] : [],
      ownPids,
    },
  );
}

/** As `pid:` and `cookie:` select: a process by everything that it has, also beside others. */
function narrow(finding: Finding, { pid, line }: OrderSelection): readonly Finding[] {
  const isOwn = finding.process?.pid === pid;
  if (line === null && isOwn) return [finding];
  const closed = isOwn && line !== null && !COOKIE.test(line) ? finding.closed : [];
  const cookie = line === null || !COOKIE.test(line) ? null : BigInt(line);
  const connections = finding.connections.filter(({ socket, holders }) =>
    line === null ? holders.some((holder) => holder.pid === pid) : socket.cookie === cookie,
  );
  return connections.length + closed.length === 0 ? [] : [{ ...finding, connections, closed }];
}
