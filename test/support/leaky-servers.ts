import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LiveSource, look } from '../../packages/closewait/src/kernel/index.ts';
import { compileFixture } from './compile-fixture.ts';
import { buildGo, buildJava } from './foreign-programs.ts';
import { LineProgram } from './line-program.ts';
import type { NetworkNamespace } from './namespace.ts';
import type { SocketDescriptor } from './owner.ts';
import { waitUntil } from './wait-until.ts';

const SOURCES = fileURLToPath(new URL('programs/leaky/', import.meta.url));

export const RUNTIMES = ['c', 'python', 'node', 'go', 'java'] as const;
/** In which language a server is written that forgets connections. */
export type LeakyRuntime = (typeof RUNTIMES)[number];

function commandOf(runtime: LeakyRuntime): readonly string[] {
  switch (runtime) {
    case 'c':
      return [compileFixture('leaky/leaky')];
    case 'python':
      return ['python3', `${SOURCES}leaky.py`];
    case 'node':
      return [process.execPath, `${SOURCES}leaky.mjs`];
    case 'go':
      return [buildGo(`${SOURCES}leaky.go`)];
    case 'java':
      return [
        'java',
        '-XX:TieredStopAtLevel=1',
        '-XX:-UsePerfData',
        '-Xmx128m',
        '-cp',
        buildJava(`${SOURCES}Leaky.java`),
        'Leaky',
      ];
  }
}

/** For 10,000 connections of the slowest of them on a busy machine. */
const DEADLINE_MS = 45_000;
const BETWEEN_LOOKS_MS = 200;

/** What the load has seen so far. */
export interface LoadCount {
  readonly requests: number;
  readonly failures: number;
}

/** How much is asked: some thousand requests a second, so that two processors have time for the rest of the test. */
export interface Load {
  readonly clients: number;
  readonly pauseUs: number;
}
const FULL_LOAD: Load = { clients: 4, pauseUs: 1000 };

/** A server that forgets connections, and clients that ask it all the time. `await using` ends both. */
export class LeakyServer implements AsyncDisposable {
  readonly #namespace: NetworkNamespace;
  readonly #server: LineProgram;
  readonly #load: LineProgram;

  private constructor(namespace: NetworkNamespace, server: LineProgram, load: LineProgram) {
    this.#namespace = namespace;
    this.#server = server;
    this.#load = load;
  }

  static async start(runtime: LeakyRuntime, namespace: NetworkNamespace, load: Load = FULL_LOAD): Promise<LeakyServer> {
    const server = new LineProgram(namespace.inside(commandOf(runtime)));
    const port = await server.line();
    const asking = [compileFixture('leaky/load'), port, `${load.clients}`, `${load.pauseUs}`];
    return new LeakyServer(namespace, server, new LineProgram(namespace.inside(asking)));
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** Has it forget connections whose peers then close; resolves with all of its descriptors that are stuck by then. */
  async leak(count: number): Promise<readonly SocketDescriptor[]> {
    // By their sockets and not by their number: of those before, an order that was killed may still be giving some back.
    const before = new Set((await this.stuck()).map(({ inode }) => inode));
    await this.#load.ask(`leak ${count}`);
    const source = new LiveSource();
    await waitUntil(
      `${count} are accepted`,
      () => {
        const open = source.countDescriptors(this.pid);
        return open.known && open.value >= count;
      },
      DEADLINE_MS,
    );
    let stuck: readonly SocketDescriptor[] = [];
    const areStuck = async (): Promise<boolean> => {
      stuck = await this.stuck();
      return stuck.filter(({ inode }) => !before.has(inode)).length >= count;
    };
    await waitUntil(`${count} more are stuck`, areStuck, DEADLINE_MS);
    return stuck;
  }

  /** Its descriptors in CLOSE-WAIT in two looks: those of connections that were answered are closed between them. */
  async stuck(): Promise<readonly SocketDescriptor[]> {
    const first = new Set((await this.#inCloseWait()).map(({ inode }) => inode));
    // A server that has begun an answer has time to end it.
    await delay(BETWEEN_LOOKS_MS);
    return (await this.#inCloseWait()).filter(({ inode }) => first.has(inode));
  }

  async #inCloseWait(): Promise<readonly SocketDescriptor[]> {
    const { sockets, holders } = await look(new LiveSource(), { states: ['CLOSE-WAIT'], depth: 'list' });
    return sockets
      .filter(({ netns }) => netns === this.#namespace.inode)
      .flatMap(({ inode }) =>
        (holders.get(inode) ?? []).filter(({ pid }) => pid === this.pid).map(({ fd }) => ({ fd, inode })),
      );
  }

  /** Opens connections until numbers that were freed are in use again, and asks on each of them. */
  async fill(count: number): Promise<void> {
    await this.#load.ask(`fill ${count}`);
  }

  async count(): Promise<LoadCount> {
    const answer = /^requests=(\d+) failures=(\d+)$/.exec(await this.#load.ask('count'));
    if (answer === null) throw new Error('the load did not count');
    return { requests: Number(answer[1]), failures: Number(answer[2]) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#load[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
