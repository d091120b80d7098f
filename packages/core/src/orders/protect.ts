import type { ConnectionIdentity, Facts } from '../facts/index.ts';
import { isConnection, type Refusal, type Subject, untouchableProcess } from '../ways/index.ts';
import type { OrderOptions } from './order.ts';

/** INET_DIAG_NOCOOKIE, both halves, means any socket to the kernel (sock_diag_check_cookie); 0 was never made. */
const NO_COOKIES: readonly bigint[] = [0n, 0xffff_ffff_ffff_ffffn];

/**
 * Why an order is not followed, whatever its method; null where nothing speaks against it. No option lifts the first two.
 * CLOSE-WAIT is legal while this side still sends (RFC 9293 3.6): what moved while it was looked at counts as in use too.
 */
export function protect(
  { finding, target }: Pick<Subject, 'finding' | 'target'>,
  { closeLook }: Pick<Facts, 'closeLook'>,
  { ownPids, forcesInUse, namedCookies, leg }: OrderOptions & { readonly leg: ConnectionIdentity | null },
): Refusal | null {
  const pids = new Set([...target.holders, ...(leg?.holders ?? [])].map(({ pid }) => pid));
  if (finding.process !== null) pids.add(finding.process.pid);
  for (const pid of pids) {
    const untouchable = untouchableProcess(pid, ownPids);
    if (untouchable !== null) return { why: untouchable.why, hint: null };
  }
  if (!isConnection(target)) return null;
  const { cookie } = target;
  if (NO_COOKIES.includes(cookie)) return { why: 'the kernel gave no cookie to know it again by', hint: null };
  const moved = closeLook?.moved.has(cookie) === true;
  if (finding.cause !== 'half-close-in-use' && !moved) return null;
  if (forcesInUse && namedCookies.includes(cookie)) return null;
  return {
    why: 'it is half-closed by its peer and in use: ending it cuts off what is still being sent',
    hint: `closewait close cookie:${cookie} --force-in-use, where that is meant`,
  };
}
