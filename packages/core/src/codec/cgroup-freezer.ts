import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, lineValue } from './text.ts';

/** What a cgroup's freezer does; `freezing`: some of its tasks still run. */
export type FreezerState = 'thawed' | 'freezing' | 'frozen';

const STATE_OF: Readonly<Record<string, FreezerState>> = { THAWED: 'thawed', FREEZING: 'freezing', FROZEN: 'frozen' };

/** `freezer.state` of a cgroup of version 1; a frozen parent counts (cgroup-v1/freezer-subsystem.rst). */
export function decodeFreezerState(bytes: Uint8Array): Decoded<FreezerState> {
  const text = decodeText(bytes).trimEnd();
  const state = Object.hasOwn(STATE_OF, text) ? STATE_OF[text] : undefined;
  return state === undefined
    ? problem('freezer.state', 0, 'THAWED, FREEZING or FROZEN', quoteInput(text))
    : decoded(state);
}

/**
 * Whether a cgroup of version 2 is frozen, from its `cgroup.events`; a frozen parent counts (cgroup-v2.rst). Null where
 * the kernel has no freezer there (before 5.2). The root has no such file and is never frozen.
 */
export function decodeCgroupFrozen(bytes: Uint8Array): Decoded<boolean | null> {
  const value = lineValue(decodeText(bytes), 'frozen ');
  if (value === null) return decoded(null);
  if (value !== '0' && value !== '1') return problem('cgroup.events', 0, 'frozen 0 or 1', quoteInput(value));
  return decoded(value === '1');
}
