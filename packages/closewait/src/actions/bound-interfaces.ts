import {
  isSocketMessage,
  peekInetDiagCookie,
  peekInetDiagInterface,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import type { ConnectionIdentity, KernelSource } from '@closewait/core/facts';
import { TCP_STATES } from '@closewait/core/tcp';

const STATES = TCP_STATES.filter((state) => state !== 'CLOSED' && state !== 'LISTEN');

/**
 * To which interfaces connections are bound. The kernel takes the index for a part of their name, and a look does not keep it: it
 * is asked for where one is not found without. One dump for each namespace; a connection keeps its interface.
 */
export class BoundInterfaces {
  readonly #source: KernelSource;
  readonly #byNamespace = new Map<number, ReadonlyMap<bigint, number>>();

  constructor(source: KernelSource) {
    this.#source = source;
  }

  /** Its index; 0: it is bound to none, or is not listed. `path`: a way into its namespace. */
  indexOf({ netns, cookie }: ConnectionIdentity, path: string): number {
    let bound = this.#byNamespace.get(netns);
    if (bound === undefined) {
      bound = this.#read(netns, path);
      this.#byNamespace.set(netns, bound);
    }
    return bound.get(cookie) ?? 0;
  }

  #read(inode: number, path: string): ReadonlyMap<bigint, number> {
    const bound = new Map<bigint, number>();
    const dump = this.#source.dumpSockets({ inode, path }, { family: 'any', states: STATES, extensions: [] });
    for (const datagram of dump.known ? dump.value : []) {
      const messages = splitNetlinkMessages(datagram);
      for (const { type, payload } of messages.ok ? messages.value : []) {
        const index = isSocketMessage(type) ? peekInetDiagInterface(payload) : 0;
        if (index !== 0) bound.set(peekInetDiagCookie(payload), index);
      }
    }
    return bound;
  }
}
