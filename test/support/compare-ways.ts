import { differenceOf } from '../../packages/closewait/src/kernel/bpf/index.ts';
import { LiveSource } from '../../packages/closewait/src/kernel/live/live-source.ts';
import { type HeldDescriptors, heldByListing, heldByProc, namespacesOf } from './held-descriptors.ts';

/** Clocks of two answers on a busy machine. Milliseconds. */
const TOLERANCE_MS = 5000;
const LATE_STATES = / (?:CLOSE-WAIT|FIN-WAIT-2) /;

/**
 * Asks BPF about the sockets in CLOSE-WAIT and FIN-WAIT-2 of some processes, and sock_diag and /proc before and after.
 * The answer: what BPF says otherwise, although the other two agree with one another.
 */
export async function compareWays(processes: readonly number[]): Promise<readonly string[]> {
  const source = new LiveSource();
  const pids = new Set(processes);
  const namespaces = namespacesOf(pids);
  const before = heldByProc(source, pids, namespaces);
  const listed = await heldByListing(source, pids);
  const after = heldByProc(source, pids, namespaces);
  return [...compareHolders(before, listed, after), ...compareSockets(before, listed, after)];
}

function compareHolders(before: HeldDescriptors, listed: HeldDescriptors, after: HeldDescriptors): readonly string[] {
  const lateOf = ({ rows }: HeldDescriptors): ReadonlySet<string> =>
    new Set(rows.filter((row) => LATE_STATES.test(row)));
  const [early, told, late] = [lateOf(before), lateOf(listed), lateOf(after)];
  return [
    ...[...early.intersection(late).difference(told)].map((row) => `not listed: ${row}`),
    ...[...told.difference(early.union(late))].map((row) => `listed: ${row}`),
  ];
}

function compareSockets(before: HeldDescriptors, listed: HeldDescriptors, after: HeldDescriptors): readonly string[] {
  return [...listed.sockets].flatMap(([inode, socket]) => {
    const [early, late] = [before.sockets.get(inode), after.sockets.get(inode)];
    if (early === undefined || late === undefined || differenceOf(early, late, TOLERANCE_MS) !== null) return [];
    const difference = differenceOf(socket, early, TOLERANCE_MS);
    return difference === null ? [] : [`${socket.state} ${inode}: ${difference}`];
  });
}
