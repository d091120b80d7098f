import { readFileSync } from 'node:fs';
import { decodeMountinfo } from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';
import { DetachedMount, describeFailure } from '../../ffi/index.ts';
import { refusal } from '../live/refusal.ts';

/** A way into tracefs. */
export interface Tracefs extends Disposable {
  /** Its root directory, as long as it is not disposed of. */
  readonly path: string;
}

const HINT = 'run as root: in a user namespace nobody may trace';

/**
 * Opens tracefs without mounting it anywhere; where the kernel has no such calls (before 5.2) or refuses them, through a
 * mount that is there.
 */
export function openTracefs(): Reading<Tracefs> {
  const detached = DetachedMount.open('tracefs');
  if (detached.ok) return known(detached.value);
  const mounted = findMounted();
  if (mounted !== null) return known({ path: mounted, [Symbol.dispose]: () => undefined });
  const { why } = refusal(detached, 'tracefs');
  // ENODEV: a kernel that was built without tracefs.
  return unknown(why === 'garbled' ? 'unsupported' : why, `tracefs: ${describeFailure(detached)}`, HINT);
}

function findMounted(): string | null {
  const mounts = decodeMountinfo(readFileSync('/proc/self/mountinfo'));
  if (!mounts.ok) return null;
  return mounts.value.find(({ fileSystem }) => fileSystem === 'tracefs')?.mountPoint ?? null;
}
