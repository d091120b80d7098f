import { writeFileSync } from 'node:fs';
import type { KernelSource, OwnerIdentity, ProcessFacts } from '@closewait/core/facts';
import { failureOf, signalProcess } from '../ffi/index.ts';
import { FreezerReader } from '../kernel/readers/read-frozen.ts';
import { type Acted, refusedBy } from './acted.ts';
import { findFreezer } from './find-freezer.ts';
import { findOwner } from './same-owner.ts';

/** A runtime that has paused a container believes it paused until it is told otherwise. */
const UNPAUSES: readonly string[] = ['docker', 'podman'];

/**
 * Lets a stopped process go on: SIGCONT where a signal has stopped it, its cgroup's freezer where that has. A debugger is left
 * alone, and a container to its runtime. Needs CAP_KILL, or to write to the cgroup.
 */
export function thaw(source: KernelSource, owner: OwnerIdentity, process: ProcessFacts | null): Acted {
  const { pid } = owner;
  const found = findOwner(source, owner);
  if (found.kind !== 'same') return found;
  if (found.state === 't') {
    const hint = `grep TracerPid /proc/${pid}/status names it`;
    return { kind: 'refused', detail: `process ${pid} is held by a debugger, which decides when it goes on`, hint };
  }
  if (found.state === 'T') {
    const sent = signalProcess(pid, 'SIGCONT', () => findOwner(source, owner).kind === 'same');
    return sent.ok ? { kind: 'done', says: `SIGCONT to process ${pid}` } : refusedBy(sent, `process ${pid}`);
  }
  const frozen = new FreezerReader(source).isFrozen(pid);
  if (frozen.known && !frozen.value) return { kind: 'already-gone', detail: `process ${pid} is not stopped any more` };
  return thawCgroup(source, pid, process);
}

function thawCgroup(source: KernelSource, pid: number, process: ProcessFacts | null): Acted {
  const container = process?.container.known === true ? process.container.value : null;
  if (container !== null && UNPAUSES.includes(container.runtime)) {
    const hint = `${container.runtime} unpause ${container.id.slice(0, 12)}`;
    return {
      kind: 'refused',
      detail: `process ${pid} is in a container that is paused: its runtime has to continue it`,
      hint,
    };
  }
  const freezer = findFreezer(source, pid);
  if (freezer === null) {
    return {
      kind: 'refused',
      detail: `what freezes process ${pid} is a cgroup above its own, or not visible here`,
      hint: `thaw it where it was frozen; cat /proc/${pid}/cgroup names the path`,
    };
  }
  try {
    writeFileSync(freezer.file, freezer.thaws);
  } catch (cause) {
    return refusedBy(failureOf(`write ${freezer.file}`, cause), `process ${pid}`);
  }
  return { kind: 'done', says: `${freezer.file}: ${freezer.thaws}` };
}

/** Whether a process runs again: neither stopped by a signal nor frozen. Null: that could not be read. */
export function goesOn(source: KernelSource, owner: OwnerIdentity): boolean | null {
  const found = findOwner(source, owner);
  if (found.kind !== 'same') return null;
  if (found.state === 'T' || found.state === 't') return false;
  const frozen = new FreezerReader(source).isFrozen(owner.pid);
  return frozen.known ? !frozen.value : null;
}
