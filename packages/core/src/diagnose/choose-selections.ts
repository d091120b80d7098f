import { formatEndpoint, type SocketFacts, unmapAddress } from '../facts/index.ts';
import type { Group } from './group.ts';
import type { Judged } from './judge-groups.ts';

/** A longer list of cookies is nothing to paste. */
const MOST_COOKIES = 8;

/**
 * The shortest selection for each finding that fits its connections and those of no other finding with the same cause. A process is
 * selected by everybody who has its connections; a port or peer goes with a whole group, so that what is selected is judged as it was in
 * the report.
 */
export function chooseSelections(judged: readonly Judged[]): ReadonlyMap<Judged, string> {
  const byPid = new Index();
  const byPlace = new Index();
  for (const one of judged) {
    for (const pid of pidsOf(one)) {
      byPid.add(nameOf(one, pid), one);
      byPlace.add(nameOf(one, pid, placeOf(one.group)), one);
    }
  }
  return new Map(judged.map((one) => [one, selectionOf(one, byPid, byPlace)]));
}

function selectionOf(one: Judged, byPid: Index, byPlace: Index): string {
  const { group } = one;
  const first = group.connections.at(0);
  if (group.connections.length === 1 && first !== undefined) return `cookie:${first.socket.cookie}`;
  const pid = group.process?.pid ?? null;
  const place = placeOf(group);
  const owned = [...(pid === null ? [] : [`pid:${pid}`]), `cause:${one.cause.id}`];
  if (pid !== null && byPid.of(nameOf(one, pid)).length === 1) return owned.join(' ');
  const alike = byPlace.of(nameOf(one, pid, place));
  const placed = [...owned, place].join(' ');
  if (alike.length === 1) return placed;
  if (group.connections.length <= MOST_COOKIES) {
    return group.connections.map(({ socket }) => `cookie:${socket.cookie}`).join(' ');
  }
  const where = tellApart(
    group,
    alike.filter((other) => other !== one).map((other) => other.group),
  );
  return where === '' ? placed : `${placed} --where '${where}'`;
}

/** An expression that holds for all connections of a group and for none of the others; empty where nothing tells them apart. */
function tellApart(group: Group, others: readonly Group[]): string {
  const clauses: string[] = [];
  let left = others;
  for (const clauseOf of CLAUSES) {
    const own = clauseOf(group);
    const isOther = (other: Group): boolean => ![null, own].includes(clauseOf(other));
    if (own === null || !left.some(isOther)) continue;
    clauses.push(own);
    left = left.filter((other) => !isOther(other));
  }
  return clauses.join(' && ');
}

/** What may tell two findings apart that share processes and a port. Null: not all of its connections have it in common. */
const CLAUSES: readonly ((group: Group) => string | null)[] = [
  ({ process }) => (process === null ? null : `process.pid == ${process.pid}`),
  (group) => common(group, ({ family }) => `family == "${family}"`),
  (group) => common(group, ({ netns }) => `netns == ${netns}`),
  (group) => common(group, ({ local }) => `local == "${formatEndpoint(local)}"`),
];

function common({ connections }: Group, clauseOf: (socket: SocketFacts) => string): string | null {
  const first = connections.at(0);
  if (first === undefined) return null;
  const clause = clauseOf(first.socket);
  return connections.every(({ socket }) => clauseOf(socket) === clause) ? clause : null;
}

/** A port of this side for a server, the other end for a client: what the connections of a group have in common. */
function placeOf({ connections, listeners, traits }: Group): string {
  const [listener] = listeners;
  if (listener !== undefined) return `:${listener.local.port}`;
  const socket = connections.at(0)?.socket;
  if (socket === undefined) return '';
  if (traits.role === 'accepted') return `:${socket.local.port}`;
  const peer = formatEndpoint({ address: unmapAddress(socket.remote.address), port: socket.remote.port });
  // To a shell brackets are a pattern.
  return peer.startsWith('[') ? `'${peer}'` : peer;
}

/** `pid:` selects by everybody who has a connection. */
function pidsOf({ group: { process, tally } }: Judged): ReadonlySet<number | null> {
  return new Set([process?.pid ?? null, ...tally.holding.pids]);
}

function nameOf({ cause }: Judged, pid: number | null, place = ''): string {
  return `${cause.id} ${pid ?? ''} ${place}`;
}

/** Findings by a name. */
class Index {
  readonly #lists = new Map<string, Judged[]>();

  add(name: string, one: Judged): void {
    const list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, [one]);
    else list.push(one);
  }

  of(name: string): readonly Judged[] {
    return this.#lists.get(name) ?? [];
  }
}
