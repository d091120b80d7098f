import type { ReportFinding } from './document.ts';
import { glue, wrap } from './layout.ts';
import { formatCount, formatCountOf } from './quantities.ts';
import type { Style } from './style.ts';
import { describeAge } from './words.ts';

/** A legal half-close that still sends (RFC 9293 3.6): in CLOSE-WAIT, and not stuck. */
export function isInUse({ cause }: Pick<ReportFinding, 'cause'>): boolean {
  return cause === 'half-close-in-use';
}

/** How many connections are stuck, where, for how long; what is in use is named apart. */
export function formatSummary(all: readonly ReportFinding[], style: Style, width: number): readonly string[] {
  const findings = all.filter((finding) => !isInUse(finding));
  const reported = countConnections(findings);
  const inUse = formatInUse(all, findings.length === 0);
  if (findings.length === 0) return inUse === '' ? [] : wrap(inUse.trimStart(), width);
  const closed = findings.reduce((sum, { count }) => sum + count, 0) - reported;
  const pids = new Set(findings.flatMap(({ process }) => (process === null ? [] : [process.pid])));
  const holders = pids.size === 0 ? 'no process that was seen' : formatCountOf(pids.size, 'process', 'processes');
  const ownerless = findings.filter(({ process }) => process === null).reduce((sum, { count }) => sum + count, 0);
  const apart = pids.size > 0 && ownerless > 0 ? `, ${formatCount(ownerless)} of them with no holder seen` : '';
  const still = `${closed === 1 ? 'is a socket' : 'are sockets'} that the kernel has closed and a process still holds`;
  if (reported === 0) {
    return wrap(`${style.strong(glue(formatCount(closed)))} ${still}, in ${glue(holders)}${apart}.${inUse}`, width);
  }
  const stuck = style.strong(glue(`${formatCountOf(reported, 'connection')} ${reported === 1 ? 'is' : 'are'} stuck`));
  const more = closed === 0 ? '' : ` ${formatCount(closed)} more ${still}.`;
  return wrap(`${stuck} in CLOSE-WAIT, in ${glue(holders)}${apart}${describeOldest(findings)}.${more}${inUse}`, width);
}

function describeOldest(findings: readonly ReportFinding[]): string {
  const [oldest] = findings
    .filter(({ oldestAgeMs }) => oldestAgeMs !== null)
    .toSorted((a, b) => (b.oldestAgeMs ?? 0) - (a.oldestAgeMs ?? 0));
  if (oldest === undefined) return '';
  const surely = findings.every(({ oldestAgeIs, connections }) => connections.length === 0 || oldestAgeIs === 'exact');
  const age = describeAge(oldest.oldestAgeMs, surely ? 'exact' : 'at-least');
  return countConnections(findings) === 1 ? `, ${age}` : `, the oldest ${age}`;
}

function formatInUse(all: readonly ReportFinding[], alone: boolean): string {
  const count = all.filter(isInUse).reduce((sum, finding) => sum + finding.count, 0);
  if (count === 0) return '';
  const what = alone ? formatCountOf(count, 'connection') : `${formatCount(count)} more`;
  return ` ${what} ${count === 1 ? 'is' : 'are'} half-closed by the peer and in use.`;
}

/** `closed` are sockets that are no connections any more. */
function countConnections(findings: readonly ReportFinding[]): number {
  return findings.reduce((sum, finding) => sum + finding.count - closedOf(finding), 0);
}

/** Only findings of this cause have closed sockets, and they have nothing else. */
function closedOf({ cause, count }: ReportFinding): number {
  return cause === 'closed-but-held' ? count : 0;
}
