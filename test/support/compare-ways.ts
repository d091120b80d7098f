import { differenceOf } from '../../packages/closewait/src/kernel/bpf/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/live/live-source.ts';
import { type HeldDescriptors, heldByListing, heldByProc, namespacesOf } from './held-descriptors.ts';

/** Clocks of two answers on a busy machine. Milliseconds. */
const TOLERANCE_MS = 5000;
const LATE_STATES = / (?:CLOSE-WAIT|FIN-WAIT-2) /;

/**
 * Asks BPF and sock_diag with /proc in turn, twice, about the sockets in CLOSE-WAIT and FIN-WAIT-2 of some processes. The
 * answer: what one way told twice and the other one, asked in between, did not tell. What comes and goes is nobody's fault.
 */
export async function compareWays(processes: readonly number[]): Promise<readonly string[]> {
  const source = new LiveSource();
  const pids = new Set(processes);
  const namespaces = namespacesOf(pids);
  const first = await heldByListing(source, pids);
  const before = heldByProc(source, pids, namespaces);
  const listed = await heldByListing(source, pids);
  const after = heldByProc(source, pids, namespaces);
  const [one, two, three, four] = [lateOf(first), lateOf(before), lateOf(listed), lateOf(after)];
  return [
    ...[...one.intersection(three).difference(two)].map((row) => `by BPF alone: ${row}`),
    ...[...two.intersection(four).difference(three)].map((row) => `not by BPF: ${row}`),
    ...compareSockets(before, listed, after),
  ];
}

function lateOf({ rows }: HeldDescriptors): ReadonlySet<string> {
  return new Set(rows.filter((row) => LATE_STATES.test(row)));
}

function compareSockets(before: HeldDescriptors, listed: HeldDescriptors, after: HeldDescriptors): readonly string[] {
  return [...listed.sockets].flatMap(([inode, socket]) => {
    const [early, late] = [before.sockets.get(inode), after.sockets.get(inode)];
    if (early === undefined || late === undefined || differenceOf(early, late, TOLERANCE_MS) !== null) return [];
    const difference = differenceOf(socket, early, TOLERANCE_MS);
    return difference === null ? [] : [`${socket.state} ${inode}: ${difference}`];
  });
}
