import type { KernelSource, ProcessFacts } from '@closewait/core/facts';
import type { Order } from '@closewait/core/orders';
import { isConnection, type OrderedAction } from '@closewait/core/ways';
import type { ForeignSocket, Keepalive, SystemResult } from '../ffi/index.ts';
import { actOnSocket } from './act-on-socket.ts';
import type { Acted } from './acted.ts';
import { Destroyer } from './destroyer.ts';
import { raiseLimit } from './raise-limit.ts';
import { thaw } from './thaw.ts';

/** What an actor needs. */
export interface ActorOptions {
  readonly source: KernelSource;
  readonly pathOf: (netns: number) => string | null;
  readonly processOf: (pid: number) => ProcessFacts | null;
}

/** Does what orders say, one call for each; what is of a whole process is done once, and all of its orders share the answer. */
export class Actor implements Disposable {
  readonly #options: ActorOptions;
  readonly #destroyer: Destroyer;
  readonly #ofProcess = new Map<string, Acted>();

  constructor(options: ActorOptions) {
    this.#options = options;
    this.#destroyer = new Destroyer(options.source, options.pathOf);
  }

  act(order: Order): Acted {
    const { action, refusal, target, owners } = order;
    if (action === null) return refuse(refusal);
    switch (action.method) {
      case 'destroy':
        return isConnection(target) ? this.#destroyer.destroy(target, owners) : NO_CONNECTION;
      case 'shutdown':
        return isConnection(target) ? this.#shutDown(order, action) : NO_CONNECTION;
      case 'timeout':
        return isConnection(target) ? this.#setTimeout(order, action) : NO_CONNECTION;
      case 'limit':
      case 'thaw':
        return this.#onProcess(order, action);
      case 'free-descriptor':
        return { kind: 'refused', detail: 'descriptors are given back together' };
      default:
        return action satisfies never;
    }
  }

  #shutDown(
    { target, owners, seen }: Order,
    { direction, leg }: Extract<OrderedAction, { method: 'shutdown' }>,
  ): Acted {
    if (!isConnection(target)) return NO_CONNECTION;
    const { source } = this.#options;
    const act = (socket: ForeignSocket): SystemResult<string> => {
      const done = socket.shutDown(direction);
      return done.ok ? { ok: true, value: `shutdown(${direction})` } : done;
    };
    if (leg !== null) {
      return actOnSocket(source, { connection: leg, owners, state: 'FIN-WAIT-2', bytesAcked: null }, act);
    }
    const meant = { connection: target, owners, state: 'CLOSE-WAIT', bytesAcked: seen?.bytesAcked ?? null } as const;
    return actOnSocket(source, meant, act);
  }

  #setTimeout({ target, owners, seen }: Order, action: Extract<OrderedAction, { method: 'timeout' }>): Acted {
    if (!isConnection(target)) return NO_CONNECTION;
    const { timeoutMs, keepalive } = action;
    const meant = { connection: target, owners, state: 'CLOSE-WAIT', bytesAcked: seen?.bytesAcked ?? null } as const;
    return actOnSocket(this.#options.source, meant, (socket) => {
      const set = socket.setUserTimeout(timeoutMs);
      const probed = set.ok && keepalive ? socket.setKeepalive(probesWithin(timeoutMs)) : set;
      if (!probed.ok) return probed;
      const now = socket.userTimeout();
      if (!now.ok) return now;
      if (now.value !== timeoutMs) return { ok: false, op: 'TCP_USER_TIMEOUT', errno: `is ${now.value} ms` };
      return { ok: true, value: `TCP_USER_TIMEOUT ${timeoutMs} ms${keepalive ? ', keepalive' : ''}` };
    });
  }

  #onProcess({ owners, finding }: Order, action: Extract<OrderedAction, { method: 'limit' | 'thaw' }>): Acted {
    const { source, processOf } = this.#options;
    const meant = action.method === 'thaw' ? owners : owners.filter(({ pid }) => pid === finding.process?.pid);
    let last: Acted = { kind: 'refused', detail: 'no process was seen that has it' };
    for (const owner of meant) {
      const key = `${action.method} ${owner.pid}`;
      last =
        this.#ofProcess.get(key) ??
        (action.method === 'limit' ? raiseLimit(source, owner, action) : thaw(source, owner, processOf(owner.pid)));
      this.#ofProcess.set(key, last);
      if (last.kind !== 'done' && last.kind !== 'already-gone') return last;
    }
    return last;
  }

  [Symbol.dispose](): void {
    this.#destroyer[Symbol.dispose]();
  }
}

const NO_CONNECTION: Acted = { kind: 'already-gone', detail: 'the kernel has ended the connection already' };

function refuse(refusal: Order['refusal']): Acted {
  if (refusal === null) return { kind: 'refused', detail: 'nothing was ordered' };
  const { why, hint } = refusal;
  return hint === null ? { kind: 'refused', detail: why } : { kind: 'refused', detail: why, hint };
}

/** Probes begin at once where the connection has been quiet for longer than a second, and the time limit ends them. */
function probesWithin(timeoutMs: number): Keepalive {
  return { idleSeconds: 1, intervalSeconds: Math.max(1, Math.floor(timeoutMs / 3000)), probes: 3 };
}
