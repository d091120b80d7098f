import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NetworkNamespace } from './namespace.ts';

const PROGRAM = fileURLToPath(new URL('programs/watched-peers.py', import.meta.url));

/** A program with connections in CLOSE-WAIT, and what it and the peers see of what is done to these. */
export interface WatchedPeers extends AsyncDisposable {
  /** Of the process that has the connections. */
  readonly pid: number;
  /** Ports of the peers that have seen their end. */
  readonly ended: ReadonlySet<number>;
  /** Until so many peers have seen their end. */
  untilEnded(count: number): Promise<void>;
  /** Ports of the peers on whose connection somebody has switched keepalive on, as the program sees it. */
  probed(): Promise<ReadonlySet<number>>;
}

/** Starts test/support/programs/watched-peers.py, and waits until all of its connections are in CLOSE-WAIT. */
export async function startWatchedPeers(count: number, namespace: NetworkNamespace): Promise<WatchedPeers> {
  const [file = '', ...args] = namespace.inside(['python3', PROGRAM, `${count}`]);
  // A process group of its own: the program ends it as a whole.
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const ended = new Set<number>();
  let told = Promise.withResolvers<readonly string[]>();
  let reached = { count: Number.POSITIVE_INFINITY, resolve: () => undefined as void };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [what = '', ...values] = line.split(' ');
    if (what !== 'ended') {
      told.resolve(values);
      return;
    }
    ended.add(Number(values[0]));
    if (ended.size >= reached.count) reached.resolve();
  });
  const [pid] = await told.promise;
  return {
    pid: Number(pid),
    ended,
    untilEnded: (wanted) =>
      new Promise((resolve) => {
        reached = { count: wanted, resolve };
        if (ended.size >= wanted) resolve();
      }),
    async probed() {
      told = Promise.withResolvers();
      child.stdin.write('\n');
      return new Set((await told.promise).map(Number));
    },
    async [Symbol.asyncDispose]() {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
