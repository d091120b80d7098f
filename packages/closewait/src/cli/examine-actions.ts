import { decodeText } from '@closewait/core/codec';
import { type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';
import { tryDestroy, tryFreeing, tryFreezer } from '../actions/index.ts';
import { type Check, check } from './examine.ts';
import { type Capability, hasCapability } from './own-capabilities.ts';

/** What each method of `closewait close` needs, tried on what is closewait's own. */
export function examineActions(source: KernelSource): readonly Check[] {
  return [
    check(
      'sock-destroy',
      'SOCK_DESTROY',
      '`close --with destroy`; needs CAP_NET_ADMIN, CONFIG_INET_DIAG_DESTROY',
      tryDestroy(source),
    ),
    check(
      'copies',
      'copies of descriptors',
      "`close --with shutdown` and `timeout` on other users' processes; needs CAP_SYS_PTRACE, Linux 5.6",
      tryCopies(source),
    ),
    check(
      'task-work',
      'BPF task work',
      '`close --with free-descriptor`; needs CAP_BPF, CAP_PERFMON, Linux 6.18',
      tryFreeing(source),
    ),
    check(
      'prlimit',
      'prlimit',
      "`close --with limit` on other users' processes, and `--hard`; needs CAP_SYS_RESOURCE",
      needs(source, 'CAP_SYS_RESOURCE', 'only processes of the same user, up to their hard limit'),
    ),
    check(
      'thaw',
      'SIGCONT and freezers',
      "`close --with thaw` on other users' processes; needs CAP_KILL, and cgroups that can be written",
      tryThaw(source),
    ),
  ];
}

/** pidfd_getfd(2) asks as ptrace(2) does with PTRACE_MODE_ATTACH_REALCREDS: Yama has a say in it, one's own process is exempt. */
function tryCopies(source: KernelSource): Reading<unknown> {
  const scope = source.readFile('/proc/sys/kernel/yama/ptrace_scope');
  const level = scope.known ? Number(decodeText(scope.value).trim()) : 0;
  if (level === 3) {
    const detail = 'kernel.yama.ptrace_scope is 3: nobody may, until the next start of the machine';
    return unknown('denied', detail, '--with destroy does without it');
  }
  const whose = ['processes of the same user', 'its own children', 'none'][level] ?? 'none';
  return needs(source, 'CAP_SYS_PTRACE', `only ${whose}${level > 0 ? ` (kernel.yama.ptrace_scope is ${level})` : ''}`);
}

function tryThaw(source: KernelSource): Reading<unknown> {
  const mayKill = needs(source, 'CAP_KILL', 'only processes of the same user');
  return mayKill.known ? tryFreezer(source) : mayKill;
}

function needs(source: KernelSource, name: Capability, without: string): Reading<unknown> {
  const has = hasCapability(source, name);
  if (!has.known) return has;
  return has.value ? known(null) : unknown('denied', `without ${name} ${without}`, `run as root, or with ${name}`);
}
