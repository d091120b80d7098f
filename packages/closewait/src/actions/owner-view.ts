import { type KernelSource, type OwnerIdentity, valueOr } from '@closewait/core/facts';
import { findOwner } from './same-owner.ts';
import { goesOn } from './thaw.ts';

/**
 * What the owners of targets are at one look: each of them is asked once, however many of its connections are looked at. Only for
 * what is told; whoever acts compares the owner anew for every order. Null: that could not be read.
 */
export class OwnerView {
  readonly #source: KernelSource;
  readonly #open = new Map<number, number | null>();
  readonly #runs = new Map<string, boolean | null>();
  readonly #goesOn = new Map<string, boolean | null>();

  constructor(source: KernelSource) {
    this.#source = source;
  }

  /** How many descriptors a process has open. */
  openDescriptorsOf(pid: number): number | null {
    return remember(this.#open, pid, () => valueOr(this.#source.countDescriptors(pid), null));
  }

  /** Whether a process is there still, and the same. */
  runs(owner: OwnerIdentity): boolean | null {
    return remember(this.#runs, keyOf(owner), () => {
      const { kind } = findOwner(this.#source, owner);
      if (kind === 'same') return true;
      return kind === 'already-gone' || kind === 'changed' ? false : null;
    });
  }

  /** Whether a process that was stopped runs again. */
  goesOn(owner: OwnerIdentity): boolean | null {
    return remember(this.#goesOn, keyOf(owner), () => goesOn(this.#source, owner));
  }
}

function keyOf({ pid, startedAtMs }: OwnerIdentity): string {
  return `${pid} ${startedAtMs}`;
}

function remember<K, V>(known: Map<K, V>, key: K, ask: () => V): V {
  const old = known.get(key);
  if (old !== undefined) return old;
  const value = ask();
  known.set(key, value);
  return value;
}
