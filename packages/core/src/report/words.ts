import type { ReportClosedSocket, ReportFinding, ReportProcess, ReportRemedy } from './document.ts';
import { glue } from './layout.ts';
import { formatCount, formatCountOf, formatDuration, formatInstant } from './quantities.ts';
import { safeText } from './safe-text.ts';

/** How many peers, ports or descriptors a sentence names before it counts the rest. */
const NAMED = 3;

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** `for 21 min`, `for at least 21 min`, `for an unknown time`: what is a lower bound is said to be one. */
export function describeAge(ageMs: number | null, is: ReportFinding['oldestAgeIs']): string {
  if (ageMs === null) return glue('for an unknown time');
  return glue(is === 'exact' ? `for ${formatDuration(ageMs)}` : `for at least ${formatDuration(ageMs)}`);
}

/** Where, since when and with whom: `on :8080, the oldest since 13:41 UTC (for 21 min); from 10.0.3.7 (78)`. */
export function describeConnections(finding: ReportFinding, takenAtMs: number): string {
  if (finding.connections.length === 0) return describeClosed(finding.closed, finding.count);
  const growth =
    finding.growthPerMin === null || finding.growthPerMin <= 0
      ? ''
      : `, ${glue(`${formatCount(finding.growthPerMin)} more a minute`)}`;
  const [only] = finding.connections;
  if (finding.count === 1 && only !== undefined) {
    return `${only.local} with ${only.remote}, ${describeSince(finding, takenAtMs)}`;
  }
  const newest =
    finding.newestAgeMs !== null && finding.newestAgeMs !== finding.oldestAgeMs && finding.oldestAgeIs === 'exact'
      ? `, ${glue(`the newest for ${formatDuration(finding.newestAgeMs)}`)}`
      : '';
  return `${describePorts(finding)}the oldest ${describeSince(finding, takenAtMs)}${newest}${growth}; ${describePeers(finding)}`;
}

function describeSince({ oldestAgeMs, oldestAgeIs }: ReportFinding, takenAtMs: number): string {
  const age = describeAge(oldestAgeMs, oldestAgeIs);
  if (oldestAgeMs === null) return age;
  const since = glue(`since ${formatInstant(takenAtMs - oldestAgeMs, takenAtMs)}`);
  return oldestAgeIs === 'exact' ? `${since} (${age})` : `${since} ${glue('or earlier')} (${age})`;
}

/**
 * The side with fewer ports is the serving one: a server's connections share its port, a client's share the server's.
 * Nothing is said where ports tell nothing.
 */
function describePorts({ localPorts, remotePorts }: ReportFinding): string {
  if (localPorts.length <= NAMED && localPorts.length <= remotePorts.length) {
    return `on ${joinWords(localPorts.map(({ port }) => `:${port}`))}, `;
  }
  if (remotePorts.length <= NAMED) return `to ${joinWords(remotePorts.map(({ port }) => `:${port}`))}, `;
  return '';
}

function describePeers({ peers, peerCount }: ReportFinding): string {
  const named = peers.slice(0, NAMED).map(({ address, count }) => glue(`${address} (${formatCount(count)})`));
  const rest = peerCount - named.length;
  return `with ${joinWords(rest > 0 ? [...named, glue(formatCountOf(rest, 'more address', 'more addresses'))] : named)}`;
}

function describeClosed(closed: readonly ReportClosedSocket[], count: number): string {
  const fds = closed.flatMap(({ owners }) => owners.slice(0, 1).map(({ fd }) => String(fd)));
  const named = fds.slice(0, 2 * NAMED);
  const rest = count - named.length;
  return `held as descriptor ${joinWords(rest > 0 ? [...named, `${formatCount(rest)} more`] : named)}`;
}

/** What a remedy gives back and what it does not, in that order. */
export function describeFrees({ frees }: ReportRemedy): string {
  const given: string[] = [];
  const kept: string[] = [];
  for (const thing of ['connection', 'descriptor', 'worker'] as const) {
    (frees[thing] ? given : kept).push(thing);
  }
  if (given.length === 0) return 'Frees nothing.';
  return kept.length === 0
    ? `Frees ${joinWords(given)}.`
    : `Frees ${joinWords(given)}, not the ${kept.join(' or the ')}.`;
}

/** `orders.service`, `container docker:0123456789ab`, or neither; docker's own short form of an id is 12 digits. */
export function describePlace({ unit, container }: ReportProcess): string | null {
  if (container !== null) {
    const [runtime = '', id = ''] = container.split(':');
    return safeText(`container ${runtime}:${id.slice(0, 12)}`);
  }
  return unit === null ? null : safeText(unit);
}

/** `/usr/bin/java … (14 arguments)`, or all of them where they were asked for; null where it is not known. */
export function describeCommandLine({ cmdline, maskedArguments }: ReportProcess): string | null {
  if (cmdline === null || cmdline.length === 0) return null;
  const shown = safeText(cmdline.join(' '));
  return maskedArguments === 0 ? shown : `${shown} … (${formatCountOf(maskedArguments, 'argument')})`;
}
