import { CAUSE_SCENARIOS, type CauseScenario, type LabConnection, runScenario, type Scene } from '../lab/index.ts';

/** A broken server that stands still for as long as it is needed. */
export interface DemoServer {
  readonly scenario: CauseScenario;
  readonly scene: Scene;
}

/** What the tour shows: nobody accepts, nobody closes, the loop sleeps, the writer waits. They need Node alone. */
const SHOWN = ['never-accepted', 'close-missing', 'event-loop-stalled', 'writer-blocked'];

/** Several scenarios at a time, each in a network namespace of its own, until they are let go. */
export class DemoServers {
  readonly servers: readonly DemoServer[];
  readonly #ended: Promise<void>;
  readonly #release: () => void;

  private constructor(servers: readonly DemoServer[], ended: Promise<void>, release: () => void) {
    this.servers = servers;
    this.#ended = ended;
    this.#release = release;
  }

  /** @throws ClosewaitError as runScenario does; nothing is left behind then either. */
  static async start(
    signal: AbortSignal,
    readConnections: (networkPath: string) => readonly LabConnection[],
    onReady: (server: DemoServer) => void,
  ): Promise<DemoServers> {
    const release = Promise.withResolvers<void>();
    const scenarios = SHOWN.flatMap((name) => CAUSE_SCENARIOS.filter((scenario) => scenario.name === name));
    const runs = scenarios.map((scenario) => {
      const ready = Promise.withResolvers<DemoServer>();
      const run = runScenario(scenario, {
        signal,
        readConnections,
        onLine: () => undefined,
        onScene: async (scene) => {
          const server = { scenario, scene };
          onReady(server);
          ready.resolve(server);
          await release.promise;
        },
      });
      run.catch(ready.reject);
      return { run, ready: ready.promise };
    });
    const ended = Promise.allSettled(runs.map(({ run }) => run));
    try {
      const servers = await Promise.all(runs.map(({ ready }) => ready));
      return new DemoServers(
        servers,
        ended.then(() => undefined),
        release.resolve,
      );
    } catch (failed) {
      release.resolve();
      await ended;
      throw failed;
    }
  }

  find(cause: string): DemoServer | undefined {
    return this.servers.find(({ scenario }) => scenario.cause === cause);
  }

  /** Ends all programs, and answers when they and their namespaces are gone. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#release();
    return this.#ended;
  }
}
