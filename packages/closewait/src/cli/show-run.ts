import { setTimeout } from 'node:timers/promises';
import { buildTrace, type TraceDocument, type TraceScenario } from '@closewait/core/experiment';
import { ClosewaitError } from '@closewait/core/facts';
import { PrivateNetwork } from '../ffi/index.ts';
import { NamespaceObserver } from '../kernel/trace/index.ts';
import { type CauseScenario, type FlawedServerRun, runFlawedServer, runScenario } from '../lab/index.ts';
import { readConnections } from './read-connections.ts';

/** So long what is stuck is watched: longer than every delay of the kernel's own (a delayed ACK: 40 ms, TCP_DELACK_MIN). */
const WATCHED_MS = 400;

/** What a run that is shown needs of its caller. */
export interface ShownRun {
  readonly signal: AbortSignal;
  readonly onLine: (line: { readonly from: string; readonly text: string }) => void;
}

/** Plays a scenario of a cause and traces it. */
export async function traceScenario(
  { name, title, cause, start }: CauseScenario,
  { signal, onLine }: ShownRun,
): Promise<TraceDocument> {
  const observed = Promise.withResolvers<TraceDocument>();
  using observing = new Observing();
  await runScenario(
    { name, title, cause, start },
    {
      signal,
      onLine,
      readConnections,
      watch: { onNetwork: (path) => observing.begin(path), onProgram: (role, pid) => observing.addProgram(role, pid) },
      onScene: async () => {
        await setTimeout(WATCHED_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
        observed.resolve(buildTrace({ name, title, cause }, observing.finish()));
      },
    },
  );
  return await observed.promise;
}

/** What of the scenario of the flawed server can be chosen. */
export type FlawedServerChoice = Pick<FlawedServerRun, 'port' | 'busy' | 'fixed'>;

/** Plays the flawed server, in a network namespace of its own too, and traces it. */
export async function traceFlawedServer(
  { title }: { readonly title: string },
  choice: FlawedServerChoice,
  { signal, onLine }: ShownRun,
): Promise<TraceDocument> {
  const made = PrivateNetwork.create();
  if (!made.ok) {
    throw new ClosewaitError('cannot-look', `cannot make a private network namespace: ${made.op}: ${made.errno}`);
  }
  using network = made.value;
  using observing = new Observing();
  observing.begin(network.path);
  const { busy, fixed = false } = choice;
  const cause = fixed ? null : busy === undefined ? 'close-missing' : CAUSE_OF_BUSY[busy];
  const scenario: TraceScenario = {
    name: nameOf(choice),
    title: fixed ? 'The server closes when read returns 0.' : busy === undefined ? title : TITLE_OF_BUSY[busy],
    cause,
  };
  const observed = Promise.withResolvers<TraceDocument>();
  const finish = async (): Promise<void> => {
    await setTimeout(WATCHED_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    observed.resolve(buildTrace(scenario, observing.finish()));
  };
  await runFlawedServer({
    ...choice,
    signal,
    onLine,
    networkPath: network.path,
    onProgram: (role, pid) => observing.addProgram(role, pid),
    readStates: (port) =>
      readConnections(network.path).flatMap(({ localPort, state }) => (localPort === port ? [state] : [])),
    onStuck: finish,
    onClosed: finish,
  });
  return await observed.promise;
}

const CAUSE_OF_BUSY = { read: 'worker-stuck', write: 'writer-blocked' } as const;

const TITLE_OF_BUSY = {
  read: 'The server reads from another descriptor while its client gives up.',
  write: 'The server writes a long answer; its client has closed its half and does not read.',
} as const;

function nameOf({ busy, fixed }: FlawedServerChoice): string {
  return [
    'flawed-server',
    ...(busy === undefined ? [] : ['--busy', busy]),
    ...(fixed === true ? ['--fixed'] : []),
  ].join(' ');
}

/** An observer that begins when there is something to observe. */
class Observing implements Disposable {
  #observer: NamespaceObserver | null = null;

  begin(networkPath: string): void {
    this.#observer = new NamespaceObserver(networkPath);
  }

  addProgram(role: string, pid: number): void {
    this.#observer?.addProgram(role, pid);
  }

  finish(): ReturnType<NamespaceObserver['finish']> {
    if (this.#observer === null) throw new ClosewaitError('internal', 'nothing was observed');
    return this.#observer.finish();
  }

  [Symbol.dispose](): void {
    this.#observer?.[Symbol.dispose]();
  }
}
