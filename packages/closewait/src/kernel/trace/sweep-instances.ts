import { readdirSync, rmdirSync } from 'node:fs';
import { failureOf } from '../../ffi/index.ts';
import { hasEnded, ownerOfInstance, ownOwner } from './instance-name.ts';
import type { Tracefs } from './tracefs.ts';

/** Removes what processes have left behind that ended without doing so. */
export function sweepInstances({ path }: Tracefs): void {
  const own = ownOwner();
  for (const name of readdirSync(`${path}/instances`)) {
    const owner = ownerOfInstance(name);
    if (owner !== null && hasEnded(owner, own)) removeInstance(`${path}/instances/${name}`);
  }
}

/** Two sweeps may meet; the one that comes second finds nothing (ENOENT). */
export function removeInstance(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (cause) {
    if (failureOf('rmdir', cause).errno !== 'ENOENT') throw cause;
  }
}
