import type { ReportClosedSocket, ReportFinding, ReportProcess, ReportRemedy } from './document.ts';
import { glue } from './layout.ts';
import { formatCount, formatCountOf, formatDuration, formatInstant, formatRate } from './quantities.ts';
import { safeText } from './safe-text.ts';

/** How many peers, ports or descriptors a sentence names before it counts the rest. */
const NAMED = 3;

/** `a, b and c`. */
export function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** `for 21 min`, `for at least 21 min`, `for an unknown time`: what is a lower bound is said to be one. */
export function describeAge(ageMs: number | null, is: ReportFinding['oldestAgeIs']): string {
  if (ageMs === null) return 'for an unknown time';
  return `${is === 'exact' ? 'for' : 'for at least'} ${glue(formatDuration(ageMs))}`;
}

/** Where, since when and with whom: `on :8080, the oldest since 13:41 UTC (for 21 min); from 10.0.3.7 (78)`. */
export function describeConnections(finding: ReportFinding, takenAtMs: number): string {
  const [only] = finding.connections;
  if (only === undefined) return describeClosed(finding.closed, finding.count);
  const since = describeSince(finding, takenAtMs);
  if (finding.count === 1) return `${only.local} with ${only.remote}, ${since}`;
  const growth = formatRate(finding.growthPerMin ?? 0);
  const parts = [
    ...describePorts(finding),
    `the oldest ${since}`,
    ...describeNewest(finding),
    ...(growth === '' ? [] : [glue(growth)]),
  ];
  return `${parts.join(', ')}; ${describePeers(finding)}`;
}

function describeSince({ oldestAgeMs, oldestAgeIs }: ReportFinding, takenAtMs: number): string {
  const age = describeAge(oldestAgeMs, oldestAgeIs);
  if (oldestAgeMs === null) return age;
  const since = glue(`since ${formatInstant(takenAtMs - oldestAgeMs, takenAtMs)}`);
  return oldestAgeIs === 'exact' ? `${since} (${age})` : `${since} or earlier (${age})`;
}

/** Only where all ages are exact and it is much younger: that they keep coming is what it tells. */
function describeNewest({ oldestAgeMs, oldestAgeIs, newestAgeMs }: ReportFinding): readonly string[] {
  if (oldestAgeMs === null || newestAgeMs === null || oldestAgeIs !== 'exact') return [];
  return newestAgeMs > oldestAgeMs / 2 ? [] : [`the newest ${glue(`for ${formatDuration(newestAgeMs)}`)}`];
}

/**
 * The side with fewer ports is the serving one: a server's connections share its port, a client's share the server's.
 * Nothing is said where ports tell nothing.
 */
function isServer({ localPorts, remotePorts }: ReportFinding): boolean {
  return localPorts.length <= NAMED && localPorts.length <= remotePorts.length;
}

function describePorts(finding: ReportFinding): readonly string[] {
  const { localPorts, remotePorts } = finding;
  if (isServer(finding)) return [`on ${joinWords(localPorts.map(({ port }) => `:${port}`))}`];
  return remotePorts.length <= NAMED ? [`to ${joinWords(remotePorts.map(({ port }) => `:${port}`))}`] : [];
}

function describePeers(finding: ReportFinding): string {
  const { peers, peerCount } = finding;
  const word = isServer(finding) ? 'from' : 'with';
  const [only] = peers;
  if (peerCount === 1 && only !== undefined) return `${word} ${only.address}`;
  const named = peers.slice(0, NAMED).map(({ address, count }) => glue(`${address} (${formatCount(count)})`));
  const rest = peerCount - named.length;
  const counted = rest > 0 ? [glue(formatCountOf(rest, 'more address', 'more addresses'))] : [];
  return `${word} ${joinWords([...named, ...counted])}`;
}

function describeClosed(closed: readonly ReportClosedSocket[], count: number): string {
  const fds = closed.flatMap(({ owners }) => owners.slice(0, 1).map(({ fd }) => String(fd)));
  const named = fds.slice(0, 2 * NAMED);
  const rest = count - named.length;
  if (fds.length === 0) return 'no descriptor seen';
  return `held as descriptor${count === 1 ? '' : 's'} ${joinWords(rest > 0 ? [...named, `${formatCount(rest)} more`] : named)}`;
}

/** What queues up or leaks because of a finding: `980 more connections queue behind (never-accepted)`. */
export function describeVictims({ victims }: ReportFinding): readonly string[] {
  return victims.map(({ cause, count }) => {
    const [one, many] = cause === 'never-accepted' || cause === 'descriptor-limit' ? QUEUES : FOLLOWS;
    return `${formatCount(count)} more ${count === 1 ? `connection ${one}` : `connections ${many}`} (${cause})`;
  });
}

const QUEUES = ['queues behind', 'queue behind'] as const;
const FOLLOWS = ['follows from it', 'follow from it'] as const;

/** What a remedy gives back and what it does not, in that order. */
export function describeFrees({ frees }: ReportRemedy): string {
  const given: string[] = [];
  const kept: string[] = [];
  for (const thing of ['connection', 'descriptor', 'worker'] as const) {
    (frees[thing] ? given : kept).push(thing);
  }
  if (given.length === 0) return 'frees nothing';
  const rest = kept.length === 0 ? '' : `, not the ${kept.join(' or the ')}`;
  return `frees the ${joinWords(given)}${rest}`;
}

/**
 * `java`; with the program where the name hides it, as `MainThread (node)`: comm is the name of the main thread, and
 * runtimes change it.
 */
export function describeName({ comm, exe }: ReportProcess): string {
  const program = exe === null ? '' : exe.slice(exe.lastIndexOf('/') + 1);
  if (comm === null) return program === '' ? 'name unknown' : safeText(program);
  return program === '' || program.startsWith(comm) ? safeText(comm) : `${safeText(comm)} (${safeText(program)})`;
}

/** `orders.service`, `container docker:0123456789ab`, or neither; docker's own short form of an id is 12 digits. */
export function describePlace({ unit, container }: Pick<ReportProcess, 'unit' | 'container'>): string | null {
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
