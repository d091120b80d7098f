import { type KernelSource, type Unknown, unknown } from '@closewait/core/facts';
import type { SystemFailure } from '../../ffi/index.ts';

/** Root is refused too: by lockdown, by a seccomp filter of a container, and where it is root of a user namespace only. */
const HINT =
  process.geteuid?.() === 0
    ? 'give it CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, in the initial user namespace; containers filter bpf(2)'
    : 'run as root, or with CAP_BPF and CAP_PERFMON';

/** What a refused bpf(2), or a refused walk, means. */
export function whyNot({ op, errno }: SystemFailure): Unknown {
  const detail = `${op}: ${errno}`;
  switch (errno) {
    case 'EPERM':
      return unknown('denied', detail, HINT);
    case 'ENOSYS':
      return unknown('unsupported', detail, 'a kernel with CONFIG_BPF_SYSCALL');
    case 'EACCES':
    case 'EINVAL':
    case 'E2BIG':
      return unknown('unsupported', `the kernel refused a BPF program: ${detail}`);
    default:
      return unknown('unsupported', detail);
  }
}

/** Inode number of the initial pid namespace: PROC_PID_INIT_INO, linux/proc_ns.h. */
export const INITIAL_PID_NAMESPACE = 0xef_ff_ff_fc;

/** Why a process number that BPF says is another one for us; null where both number alike. */
export function whyNumbersDiffer(source: Pick<KernelSource, 'readInode'>): Unknown | null {
  const namespace = source.readInode('/proc/self/ns/pid');
  if (!namespace.known) return namespace;
  if (namespace.value === INITIAL_PID_NAMESPACE) return null;
  const hint = 'run it on the host, or in a container with its pid namespace';
  return unknown('unsupported', 'a pid namespace of its own: BPF knows processes by their numbers outside', hint);
}
