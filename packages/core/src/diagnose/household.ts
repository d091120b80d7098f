import {
  formatEndpoint,
  type Holder,
  type ProcessFacts,
  type RuntimeName,
  type SocketFacts,
  unmapAddress,
} from '../facts/index.ts';
import { getOrMake } from './get-or-make.ts';
import { Kin } from './kin.ts';
import type { Role } from './traits.ts';

/** The stuck connections of one process, or of nobody, sorted by where they belong; `T` is what is kept of them there. */
export class Household<T> {
  readonly process: ProcessFacts | null;
  readonly runtime: RuntimeName | null;
  readonly kin: Kin = new Kin();
  /** Connections with the same listeners have the same array of them. */
  readonly #byListeners = new Map<readonly SocketFacts[], Anchor<T>>();
  /** Of those that were accepted and whose listener is gone, by namespace and local port. */
  readonly #byLocal = new Map<number, Map<number, Anchor<T>>>();
  /** Of the others without a listener, by namespace, port and address of the other end. */
  readonly #byRemote = new Map<number, Map<number, Map<string, Anchor<T>>>>();

  constructor(process: ProcessFacts | null, runtime: RuntimeName | null) {
    this.process = process;
    this.runtime = runtime;
  }

  /**
   * A server's connections belong together by their listener, also where it is closed by now: a server that is ending has
   * 100,000 peers. A client's belong together by whom they were made to.
   */
  anchorOf(socket: SocketFacts, listeners: readonly SocketFacts[], role: Role): Anchor<T> {
    const [listener] = listeners;
    if (listener !== undefined) {
      return getOrMake(this.#byListeners, listeners, () => {
        return new Anchor(`${ownerKey(this.process)}/${listener.netns}/on/${formatEndpoint(listener.local)}`);
      });
    }
    const { netns, local, remote } = socket;
    if (role === 'accepted') {
      const byLocal = getOrMake(this.#byLocal, netns, () => new Map<number, Anchor<T>>());
      return getOrMake(byLocal, local.port, () => {
        return new Anchor(`${ownerKey(this.process)}/${netns}/at/${local.port}`);
      });
    }
    const { port } = remote;
    const address = unmapAddress(remote.address);
    const byPort = getOrMake(this.#byRemote, netns, () => new Map<number, Map<string, Anchor<T>>>());
    const byAddress = getOrMake(byPort, port, () => new Map<string, Anchor<T>>());
    return getOrMake(byAddress, address, () => {
      return new Anchor(`${ownerKey(this.process)}/${netns}/to/${formatEndpoint({ address, port })}`);
    });
  }
}

/** What connections of one process have in common: a listener, or a peer. */
class Anchor<T> {
  /** Stable from look to look. */
  readonly key: string;
  readonly #unshared: T[] = [];
  readonly #shared = new Map<string, T[]>();

  constructor(key: string) {
    this.key = key;
  }

  /** Connections that other processes hold as well are another matter than those of one alone. */
  listFor(holders: readonly Holder[]): T[] {
    if (holders.length < 2) return this.#unshared;
    const pids = new Set(holders.map(({ pid }) => pid));
    return getOrMake(this.#shared, [...pids].sort((a, b) => a - b).join(' '), () => []);
  }
}

/** A pid is used again; with the start time it is not. */
export function ownerKey(process: ProcessFacts | null): string {
  if (process === null) return 'nobody';
  return process.startedAtMs.known ? `${process.pid}.${process.startedAtMs.value}` : `${process.pid}`;
}
