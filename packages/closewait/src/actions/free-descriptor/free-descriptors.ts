import type { ActionOutcome, CauseId, KernelSource, OwnerIdentity } from '@closewait/core/facts';
import { FORGOTTEN_CAUSES } from '@closewait/core/ways';
import { FreezerReader } from '../../kernel/readers/read-frozen.ts';
import type { DescriptorOrder } from './batch.ts';
import { checkOwner, type OwnerSource, outcomeOfUnknown } from './check-owner.ts';
import { askDoubtfulAgain, freeInBatches } from './free-in-batches.ts';
import type { resolvePlaces } from './kernel-places.ts';
import { loadRunner, whyNotFromHere } from './load-runner.ts';
import { lookAfterwards } from './look-afterwards.ts';

/** What whoever gives the order has to have read. */
export const REUSE_WARNING: string = [
  'The process does not learn that its descriptor is closed. If it still uses the number, and another connection or',
  'file has been given that number meanwhile, it reads, writes or closes that other one: data may reach the wrong peer.',
  'The evidence says that nobody uses the descriptor. A restart has no such risk.',
].join('\n');

/** Why the descriptors are to be given back, and that the danger is known. */
export interface FreeOptions {
  readonly source: KernelSource;
  /** Of the finding. */
  readonly cause: CauseId;
  /** Whoever orders it has read {@link REUSE_WARNING}. */
  readonly acceptsReuse: boolean;
  /** Default: this kernel's own description of itself. */
  readonly resolve?: typeof resolvePlaces;
}

/**
 * Closes descriptors of another process in that process's own context, by BPF task work: no thread is stopped and no
 * register is touched; one thread is interrupted as by a signal that has no handler. Each descriptor is judged where it
 * is closed: the socket that was meant, in CLOSE-WAIT or closed, with one reference, watched by nobody.
 *
 * Answers one outcome for each order, in their order; nothing of it is claimed that was not looked at again. Linux 6.18
 * and later on x86-64 (`unsupported` elsewhere). Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, in the initial user
 * namespace, CAP_SYS_PTRACE for processes of others, and the initial pid namespace (`denied`, `unsupported`).
 */
export async function freeDescriptors(
  owner: OwnerIdentity,
  orders: readonly DescriptorOrder[],
  options: FreeOptions,
): Promise<readonly ActionOutcome[]> {
  if (orders.length === 0) return [];
  const all = (outcome: ActionOutcome): readonly ActionOutcome[] => orders.map(() => outcome);
  const { source, resolve } = options;
  const refused = refusalOfOrder(options);
  if (refused !== null) return all(refused);
  const place = whyNotFromHere(source);
  if (place !== null) return all(outcomeOfUnknown(place));
  const freezers = new FreezerReader(source);
  const surroundings: OwnerSource = { source, isFrozen: (pid) => freezers.isFrozen(pid) };
  const other = checkOwner(surroundings, owner);
  if (other !== null) return all(other);
  const loaded = loadRunner(source, resolve);
  if (!loaded.known) return all(outcomeOfUnknown(loaded));
  using runner = loaded.value;

  const openBefore = source.countDescriptors(owner.pid);
  const batches = { runner, owner, surroundings };
  const first = await freeInBatches(batches, orders);
  const { judged, holders } = await askDoubtfulAgain(batches, orders, first.judged);
  return await lookAfterwards({ source, pid: owner.pid, tid: first.tid, openBefore, holders }, orders, judged);
}

function refusalOfOrder({ cause, acceptsReuse }: FreeOptions): ActionOutcome | null {
  if (!FORGOTTEN_CAUSES.includes(cause)) {
    return {
      kind: 'refused',
      detail: `descriptors are given back for ${FORGOTTEN_CAUSES.join(', ')} only, and this is ${cause}`,
      hint: `closewait explain cause:${cause} says what helps instead`,
    };
  }
  if (acceptsReuse) return null;
  return {
    kind: 'refused',
    detail: 'the danger of reused numbers was not accepted',
    hint: '--accept-descriptor-reuse',
  };
}
