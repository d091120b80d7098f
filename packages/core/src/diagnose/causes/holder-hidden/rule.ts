import type { Facts } from '../../../facts/index.ts';
import type { Evidence, MissingEvidence } from '../../finding.ts';
import type { Group } from '../../group.ts';
import type { Verdict } from '../../rule.ts';

/**
 * A file exists (inode above 0) and every descriptor table was read, and it is in none. Certain where an io_uring names
 * it, or the kernel marks it as its own; otherwise not: a holder that ended or closed between the two readings leaves
 * the same picture, and whose the descriptors are that lie in a Unix socket the kernel does not say.
 */
export function judgeHolderHidden(group: Group, facts: Facts): Verdict | null {
  const { situation, process, connections, tally } = group;
  if (situation !== 'held') return null;
  if (tally.holding.held > 0) return null;
  const registered = facts.closeLook?.hidden.registered;
  const inRings = connections.filter(({ socket }) => registered?.has(socket.inode) === true);
  const isKernels = areKernels(group, facts);
  const isNamed = isKernels || inRings.length === connections.length;
  if (process !== null && !isNamed) return null;
  if (!isNamed && facts.unseen.some(({ what, problem }) => problem.why !== 'gone' && mayHideHolder(what))) return null;
  const count = connections.length;
  const one = count === 1;
  return {
    confidence: isNamed ? 'certain' : 'likely',
    title: isKernels
      ? `No descriptor table has ${one ? 'this connection' : `these ${count} connections`}: the kernel itself has opened ${one ? 'it' : 'them'}.`
      : isNamed
        ? `No descriptor table has ${one ? 'this connection' : `these ${count} connections`}: ${one ? 'it is' : 'they are'} registered with an io_uring.`
        : `No descriptor table has ${one ? 'this connection' : `these ${count} connections`}, although somebody keeps a file of ${one ? 'it' : 'them'}.`,
    evidence: [
      {
        id: 'file-without-descriptor',
        says: 'the sockets have a file (inode above 0) and are in no descriptor table of this pid namespace',
        value: count,
        from: '/proc/*/task/*/fd',
      },
      ...(isKernels ? kernelEvidence(count) : keeperEvidence(group, facts)),
      ...ringEvidence(inRings.length, group, facts),
      ...flightEvidence(facts),
    ],
    against: [],
    missing: isNamed ? [] : whereMissing(facts),
  };
}

/** The kernel marks the sockets that it opens for itself. */
function areKernels({ connections }: Group, { closeLook }: Facts): boolean {
  const keepers = closeLook?.hidden.keepers;
  return keepers?.known === true && connections.every(({ socket }) => keepers.value.get(socket.inode) === 'kernel');
}

function kernelEvidence(count: number): readonly Evidence[] {
  const says = 'the kernel opened them for a service of its own, such as NFS or SMB: no process can close them';
  return [{ id: 'kernel-socket', says, value: count, from: 'BPF iterator tcp (sk_kern_sock)' }];
}

function keeperEvidence({ connections }: Group, { closeLook }: Facts): readonly Evidence[] {
  const keepers = closeLook?.hidden.keepers;
  if (keepers?.known !== true) return [];
  const count = connections.filter(({ socket }) => keepers.value.get(socket.inode) === 'file').length;
  if (count === 0) return [];
  const says = `${count === 1 ? 'one socket is' : `${count} sockets are`} of a program, not of the kernel, and the file is open`;
  return [{ id: 'not-kernel', says, value: count, from: 'BPF iterator tcp (sk_kern_sock, struct file)' }];
}

function ringEvidence(count: number, { connections }: Group, { closeLook }: Facts): readonly Evidence[] {
  if (count === 0) return [];
  const places = connections.flatMap(({ socket }) => closeLook?.hidden.registered.get(socket.inode) ?? []);
  const [first] = places;
  if (first === undefined) return [];
  const says = `an io_uring has ${count === 1 ? 'it' : `${count} of them`} among its registered files: descriptor ${first.fd} of process ${first.pid}`;
  return [{ id: 'registered', says, value: count, from: `/proc/${first.pid}/fdinfo/${first.fd}` }];
}

function flightEvidence({ closeLook }: Facts): readonly Evidence[] {
  return (closeLook?.hidden.inFlight ?? []).slice(0, 3).map(({ pid, fd, count }, index) => ({
    id: index === 0 ? 'in-flight' : `in-flight-${index + 1}`,
    says: `${count === 1 ? 'one descriptor lies' : `${count} descriptors lie`} in a Unix socket and ${count === 1 ? 'was' : 'were'} not received: descriptor ${fd} of process ${pid}`,
    value: count,
    from: `/proc/${pid}/fdinfo/${fd} (scm_fds)`,
  }));
}

function whereMissing({ closeLook }: Facts): readonly MissingEvidence[] {
  const found = (closeLook?.hidden.inFlight.length ?? 0) > 0;
  const others =
    closeLook?.hidden.keepers.known === true
      ? 'a process in another pid namespace'
      : 'the kernel itself, or a process in another pid namespace,';
  const why = found
    ? 'whose the descriptors in flight are the kernel does not say'
    : `no Unix socket has descriptors in flight and no io_uring has it registered: ${others} may use it`;
  return [{ id: 'where', why: closeLook === null ? 'Unix sockets and io_urings were not looked at' : why, hint: null }];
}

/** What could not be looked at and may have it. */
export function mayHideHolder(what: string): boolean {
  return what.includes('descriptor tables') || what.startsWith("other users' processes");
}
