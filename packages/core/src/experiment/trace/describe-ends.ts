import {
  type Observation,
  type ObservedProcess,
  type ObservedSocket,
  type ThreadCallFacts,
  unknown,
  valueOr,
} from '../../facts/index.ts';
import { type FoundConnection, keyOf } from './find-connections.ts';
import type { TraceCall, TraceEnd, TraceSide, TraceThread } from './trace-document.ts';

/** More threads of one process say nothing that these do not. */
const MOST_THREADS = 3;

/** Says who had an end of a connection, and what became of it. */
export class EndDescriber {
  readonly #observation: Observation;
  readonly #sockets: ReadonlyMap<string, ObservedSocket>;
  readonly #listeners: ReadonlyMap<number, number>;
  readonly #connectionOf = new Map<number, number>();
  readonly #processes: ReadonlyMap<number, ObservedProcess>;

  constructor(observation: Observation, connections: readonly FoundConnection[]) {
    this.#observation = observation;
    const sockets = valueOr(observation.sockets, []);
    this.#sockets = new Map(sockets.map((socket) => [keyOf(socket.local, socket.remote), socket]));
    this.#listeners = new Map(
      sockets.flatMap(({ state, local, inode }) => (state === 'LISTEN' ? [[local.port, inode] as const] : [])),
    );
    for (const [index, { client, server }] of connections.entries()) {
      for (const { inode, local, remote } of observation.sightings) {
        const key = keyOf(local, remote);
        if (inode !== 0 && (key === keyOf(client, server) || key === keyOf(server, client))) {
          this.#connectionOf.set(inode, index + 1);
        }
      }
    }
    this.#processes = new Map(observation.processes.map((process) => [process.pid, process]));
  }

  /** `calls`: those about this end, in their order. */
  describe(connection: FoundConnection, end: TraceEnd, calls: readonly TraceCall[]): TraceSide {
    const [local, remote] =
      end === 'client' ? [connection.client, connection.server] : [connection.server, connection.client];
    const socket = this.#sockets.get(keyOf(local, remote));
    const inode = socket?.inode || this.#lastInode(keyOf(local, remote));
    const holder = this.#holderOf(inode);
    const listener = end === 'server' ? this.#holderOf(this.#listeners.get(local.port) ?? 0) : null;
    const called = calls.findLast(({ call }) => !call.startsWith('accept')) ?? calls.at(-1);
    const pid = holder?.pid ?? called?.pid ?? listener?.pid ?? null;
    const accepted = calls.find(({ call }) => call.startsWith('accept'));
    return {
      address: local.address,
      port: local.port,
      pid,
      fd: holder?.fd ?? (called === accepted ? (accepted?.result ?? null) : (called?.fd ?? null)),
      state: socket?.state ?? null,
      rxQueueBytes: socket?.rxQueueBytes ?? null,
      txQueueBytes: socket?.txQueueBytes ?? null,
      atEnd: this.#threadsAtEnd(pid, inode, calls),
    };
  }

  /** Whether it is still in its listener's queue: no process has a file of it (inode 0). */
  isQueued({ client, server }: FoundConnection, end: TraceEnd): boolean {
    return end === 'server' && this.#sockets.get(keyOf(server, client))?.inode === 0;
  }

  /**
   * Whether some process has a descriptor of the socket that this end was, although the kernel lists it no more. `calls`:
   * those about this end.
   */
  isHeld(connection: FoundConnection, end: TraceEnd, side: TraceSide, calls: readonly TraceCall[]): boolean {
    const key =
      end === 'client' ? keyOf(connection.client, connection.server) : keyOf(connection.server, connection.client);
    const inode = this.#lastInode(key);
    if (inode !== 0) return this.#holderOf(inode) !== null;
    // It came and went between two looks. Its descriptor then leads to a socket that nobody has seen in any list.
    const { pid, fd } = side;
    if (pid === null || fd === null || calls.some((call) => call.call === 'close' && call.fd === fd)) return false;
    const held = valueOr(this.#processes.get(pid)?.descriptors ?? unknown('gone', `process ${pid}`), []);
    const target = held.find((descriptor) => descriptor.fd === fd)?.target ?? '';
    const own = Number(/^socket:\[(?<inode>\d+)\]$/.exec(target)?.groups?.['inode'] ?? 0);
    return own !== 0 && !this.#observation.sightings.some((seen) => seen.inode === own);
  }

  #lastInode(key: string): number {
    return (
      this.#observation.sightings.findLast(({ local, remote, inode }) => inode !== 0 && keyOf(local, remote) === key)
        ?.inode ?? 0
    );
  }

  #holderOf(inode: number): { readonly pid: number; readonly fd: number } | null {
    if (inode === 0) return null;
    for (const { pid, descriptors } of this.#observation.processes) {
      const held = valueOr(descriptors, []).find(({ target }) => target === `socket:[${inode}]`);
      if (held !== undefined) return { pid, fd: held.fd };
    }
    return null;
  }

  #threadsAtEnd(pid: number | null, inode: number, calls: readonly TraceCall[]): readonly TraceThread[] {
    const process = pid === null ? undefined : this.#processes.get(pid);
    if (process === undefined) return [];
    const touched = [...new Set(calls.toReversed().flatMap((call) => (call.pid === pid ? [call.tid] : [])))];
    const target = `socket:[${inode}]`;
    const descriptors = new Map(valueOr(process.descriptors, []).map((it) => [it.fd, it.target]));
    const sitting = process.threads.filter(({ doing }) => {
      const fd = doing.known && doing.value.kind === 'in-call' ? doing.value.fd : null;
      return fd !== null && descriptors.get(fd) === target;
    });
    const wanted = [...new Set([...touched, ...sitting.map(({ tid }) => tid)])];
    const threads = (wanted.length > 0 ? wanted : [process.pid]).flatMap(
      (tid) => process.threads.find((thread) => thread.tid === tid) ?? [],
    );
    return threads.slice(0, MOST_THREADS).map((thread) => this.#tell(process.pid, thread, descriptors, target));
  }

  #tell(
    pid: number,
    { tid, state, doing }: ThreadCallFacts,
    descriptors: ReadonlyMap<number, string>,
    own: string,
  ): TraceThread {
    const inCall = doing.known && doing.value.kind === 'in-call' ? doing.value : null;
    const target = inCall?.fd === null || inCall?.fd === undefined ? undefined : descriptors.get(inCall.fd);
    return {
      pid,
      tid,
      does: whatItDoes(state, doing),
      call: inCall === null ? null : (inCall.name ?? `system call ${inCall.number}`),
      fd: inCall?.fd ?? null,
      about: target === undefined || target === own ? null : this.#nameTarget(target),
      since: inCall === null ? null : this.#entered(tid, inCall.name),
    };
  }

  #entered(tid: number, name: string | null): number | null {
    const last = valueOr(this.#observation.calls, []).findLast((call) => call.tid === tid);
    return last !== undefined && last.returnedMs === null && last.name === name ? last.enteredMs : null;
  }

  #nameTarget(target: string): string {
    const inode = Number(/^socket:\[(?<inode>\d+)\]$/.exec(target)?.groups?.['inode'] ?? 0);
    const connection = this.#connectionOf.get(inode);
    if (connection !== undefined) return `connection ${connection}`;
    const listener = [...this.#listeners].find(([, listening]) => listening === inode);
    if (listener !== undefined) return 'the listener';
    if (inode !== 0) return 'another socket';
    if (target.startsWith('pipe:')) return 'a pipe';
    if (target.startsWith('anon_inode:')) {
      const kind = target.slice('anon_inode:'.length).replaceAll(/[[\]]/g, '');
      return kind === 'eventpoll' ? 'epoll' : kind;
    }
    return target;
  }
}

function whatItDoes(state: string, doing: ThreadCallFacts['doing']): TraceThread['does'] {
  if (state === 'T' || state === 't') return 'stopped';
  if (!doing.known) return 'unknown';
  if (doing.value.kind === 'in-call') return 'in-call';
  return doing.value.kind === 'running' ? 'running' : 'waiting';
}
