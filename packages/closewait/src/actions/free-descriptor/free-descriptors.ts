import type { ActionOutcome, CauseId, KernelSource, OwnerIdentity, Unknown } from '@closewait/core/facts';
import { FORGOTTEN_CAUSES } from '@closewait/core/ways';
import { FreezerReader } from '../../kernel/readers/read-frozen.ts';
import type { DescriptorOrder } from './batch.ts';
import { checkOwner, type OwnerSource, outcomeOfUnknown } from './check-owner.ts';
import { CloseRunner } from './close-runner.ts';
import { askDoubtfulAgain, freeInBatches } from './free-in-batches.ts';
import { resolvePlaces } from './kernel-places.ts';
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

/** PROC_PID_INIT_INO, linux/proc_ns.h. */
const INITIAL_PID_NAMESPACE = 0xef_ff_ff_fc;

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
  const refused = refusalOfOrder(options) ?? refusalOfPlace(options.source);
  if (refused !== null) return all(refused);
  const { source, resolve = resolvePlaces } = options;
  const freezers = new FreezerReader(source);
  const surroundings: OwnerSource = { source, isFrozen: (pid) => freezers.isFrozen(pid) };
  const other = checkOwner(surroundings, owner);
  if (other !== null) return all(other);
  const btf = source.readFile('/sys/kernel/btf/vmlinux');
  const places = btf.known ? resolve(btf.value) : btf;
  const loaded = places.known ? CloseRunner.load(places.value) : places;
  if (!loaded.known) return all(outcomeOfUnknown(noBtf(loaded)));
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

function refusalOfPlace(source: KernelSource): ActionOutcome | null {
  if (process.arch !== 'x64') {
    const detail = `${process.arch}: registers of interrupted calls are read on x86-64 only`;
    return { kind: 'unsupported', detail };
  }
  const namespace = source.readInode('/proc/self/ns/pid');
  if (!namespace.known) return outcomeOfUnknown(namespace);
  if (namespace.value === INITIAL_PID_NAMESPACE) return null;
  return {
    kind: 'unsupported',
    detail: 'a pid namespace of its own: BPF knows processes by their numbers outside',
    hint: 'run it on the host, or in a container with its pid namespace',
  };
}

/** A file that is not there, or cannot be read as one, says something about the kernel, and nothing about the process. */
function noBtf(problem: Unknown): Unknown {
  if (problem.why === 'garbled') return { ...problem, why: 'unsupported' };
  return problem.why === 'gone'
    ? { ...problem, why: 'unsupported', hint: 'a kernel with CONFIG_DEBUG_INFO_BTF' }
    : problem;
}
