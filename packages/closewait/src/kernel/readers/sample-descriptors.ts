import type { Holder } from '@closewait/core/facts';
import type { DescriptorSample, SampledDescriptor } from './gathered.ts';

/** Of one process and kind: 12 µs each. */
const MOST = 64;

/** Collects some descriptors of each process. */
export class DescriptorSampler {
  readonly samples: ReadonlyMap<number, DescriptorSample>;
  readonly #samples = new Map<number, { readonly shared: SampledDescriptor[]; readonly own: SampledDescriptor[] }>();
  /** The process of which enough is known of its own ones: the next 10,000 are mostly of the same one. */
  #fullPid = 0;

  constructor() {
    this.samples = this.#samples;
  }

  /** Whether {@link addOwn} would still take one of this process. */
  wantsOwn(pid: number): boolean {
    return pid !== this.#fullPid;
  }

  /** The descriptor of a socket that nobody else holds. */
  addOwn({ pid, tid, fd }: Holder, inode: number): void {
    const { own } = this.#of(pid);
    if (own.length < MOST) own.push({ tid, fd, inode });
    if (own.length >= MOST) this.#fullPid = pid;
  }

  /** All descriptors of one socket. */
  add(inode: number, holders: readonly Holder[]): void {
    const [first] = holders;
    if (first === undefined) return;
    if (holders.every(({ pid }) => pid === first.pid)) {
      for (const holder of holders) this.addOwn(holder, inode);
      return;
    }
    for (const { pid, tid, fd } of holders) {
      const { shared } = this.#of(pid);
      if (shared.length < MOST) shared.push({ tid, fd, inode });
    }
  }

  #of(pid: number): { readonly shared: SampledDescriptor[]; readonly own: SampledDescriptor[] } {
    const found = this.#samples.get(pid) ?? { shared: [], own: [] };
    this.#samples.set(pid, found);
    return found;
  }
}
