import { compileFixture } from './compile-fixture.ts';
import { LineProgram } from './line-program.ts';
import { makeNamespace, type NetworkNamespace } from './namespace.ts';

/** Bystanders that are asked for; with pauses of the machine it may be somewhat less. A second. */
const OPENED_PER_SECOND = 15_000;

/** What the two programs of test/support/programs/racing have recorded of one victim, each for itself. */
export interface VictimRecord {
  /** How the server has closed it itself, `-` where it has not: see server.c. */
  readonly way: '-' | 'c' | 's' | 'k';
  /** What the server saw of it when it closed it. */
  readonly saw: 'o' | 't' | 'e' | 'a' | 'p' | 'f' | 'x';
  /** Who was given its number. */
  readonly number: '-' | 'b' | 's';
  /** How it ended for its peer: see peers.c. */
  readonly peer: 'o' | 'c' | 'r' | 'w' | 'n';
  /** The same of the connection that came after it between the same two ends, `-` where there was none. */
  readonly successor: VictimRecord['peer'] | '-';
}

/** Connections that nobody has named. */
export interface BystanderCount {
  readonly ended: number;
  /** By what the server saw of them: options, ends, answers of its calls. */
  readonly touched: number;
  /** By what their peers saw. */
  readonly wrong: number;
}

/**
 * A server and its peers in a namespace of their own: bystanders come and go, victims are stuck, and some of those the server closes
 * itself while it is raced with. `await using` ends both.
 */
export class RaceScene implements AsyncDisposable {
  readonly namespace: NetworkNamespace;
  readonly port: number;
  readonly #server: LineProgram;
  readonly #peers: LineProgram;
  readonly #ended: AsyncDisposableStack;

  private constructor(
    namespace: NetworkNamespace,
    port: number,
    programs: readonly [LineProgram, LineProgram],
    ended: AsyncDisposableStack,
  ) {
    this.namespace = namespace;
    this.port = port;
    [this.#server, this.#peers] = programs;
    this.#ended = ended;
  }

  static async start(): Promise<RaceScene> {
    await using stack = new AsyncDisposableStack();
    const namespace = stack.use(makeNamespace());
    // Two ends can be used again at once only where nothing stays of their last connection in TIME-WAIT.
    namespace.setSysctl('ipv4/tcp_max_tw_buckets', 0);
    namespace.setSysctl('core/somaxconn', 65_535);
    const server = stack.use(new LineProgram(namespace.inside([compileFixture('racing/server')])));
    const port = await server.line();
    const asking = [compileFixture('racing/peers'), port, `${OPENED_PER_SECOND}`];
    const peers = stack.use(new LineProgram(namespace.inside(asking)));
    return new RaceScene(namespace, Number(port), [server, peers], stack.move());
  }

  get pid(): number {
    return this.#server.pid;
  }

  /** Resolves when victims 0 to `count` - 1 are in CLOSE-WAIT. */
  async makeVictims(count: number): Promise<void> {
    await this.#peers.ask(`victims ${count}`);
    await this.#server.ask(`stuck ${count}`);
  }

  /** From now on the server closes victims itself, a random third of them, if there is time enough. */
  async race(): Promise<void> {
    await this.#server.ask('race');
  }

  /** Ends the race, lets everything end that is left, and resolves with what was recorded of each victim. */
  async settle(): Promise<readonly VictimRecord[]> {
    await this.#server.ask('settle');
    const successors = /^settled (\d+)$/.exec(await this.#peers.ask('settle'))?.[1];
    const ways = await this.#server.ask(`release ${successors}`);
    const [saw, numbers] = [await this.#server.line(), await this.#server.line()];
    const peers = await this.#peers.ask('tell');
    const ends = await this.#peers.line();
    return Array.from(ways, (way, index) => ({
      way: way as VictimRecord['way'],
      saw: saw[index] as VictimRecord['saw'],
      number: numbers[index] as VictimRecord['number'],
      peer: peers[index] as VictimRecord['peer'],
      successor: ends[index] as VictimRecord['successor'],
    }));
  }

  async count(): Promise<BystanderCount> {
    const own = /^ended=(\d+) touched=(\d+)$/.exec(await this.#server.ask('count'));
    const theirs = /^ended=\d+ wrong=(\d+)$/.exec(await this.#peers.ask('count'));
    if (own === null || theirs === null) throw new Error('the programs did not count');
    return { ended: Number(own[1]), touched: Number(own[2]), wrong: Number(theirs[1]) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ended.disposeAsync();
  }
}

/** VICTIM_NETWORK of racing.h: victim 0 comes from 127.128.0.1. */
const FIRST_VICTIM = 0x7f80_0001;
/** What they come from, all of them: no port that the kernel chooses. */
export const VICTIM_PORT = 20_000;

/** Which victim the other end of a connection is; -1: a bystander. */
export function victimIndex({ address, port }: { readonly address: string; readonly port: number }): number {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return port === VICTIM_PORT && number >= FIRST_VICTIM ? number - FIRST_VICTIM : -1;
}
