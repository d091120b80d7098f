import type { TcpState } from '@closewait/core/tcp';
import type { CauseScenario, Scene } from './cause-scenario.ts';
import { Stage, type StageWatch } from './stage.ts';

/** A TCP connection of the scenario's namespace, as far as the laboratory looks at it. */
export interface LabConnection {
  readonly state: TcpState;
  readonly localPort: number;
  readonly remotePort: number;
}

/** What a run needs from its caller. */
export interface ScenarioRun {
  /** How long each step may take, default 10,000. */
  readonly withinMs?: number;
  /** Ends the run early with the signal's reason, once `onScene` has returned where it is running. */
  readonly signal?: AbortSignal;
  /** Where Python 3 lies, default /usr/bin/python3. */
  readonly python?: string;
  /** Looks at the run from outside, from before its first program on. */
  readonly watch?: StageWatch;
  /** All connections of the namespace that the path names (setns(2)); no listeners, no TIME-WAIT. */
  readonly readConnections: (networkPath: string) => readonly LabConnection[];
  /** A line of a program; `from` is `server`, `peers` and the like. */
  readonly onLine: (line: { readonly from: string; readonly text: string }) => void;
  /** Called once, when everything is as the scenario promises; the run waits for it. */
  readonly onScene: (scene: Scene) => void | Promise<void>;
}

/**
 * Plays a scenario in a network namespace of its own, and leaves nothing behind. Needs root.
 *
 * Throws a ClosewaitError: `cannot-look` without the privilege, `usage` where a runtime is missing (the hint says how
 * to get it), `internal` where a program fails or what was promised does not come.
 *
 * @example
 * await runScenario(NEVER_ACCEPTED, {
 *   readConnections: () => readProcNetTcp(),
 *   onLine: ({ from, text }) => process.stdout.write(`${from}  ${text}\n`),
 *   onScene: ({ pids }) => process.stdout.write(`stuck in ${pids.join(', ')}\n`),
 * });
 */
export async function runScenario(scenario: CauseScenario, run: ScenarioRun): Promise<void> {
  const { withinMs = 10_000, signal = new AbortController().signal, python, onLine, watch } = run;
  signal.throwIfAborted();
  await using stage = Stage.open({ signal, withinMs, python, onLine, watch });
  const scene = await scenario.start(stage);
  await stage.waitFor(describePromise(scene), () => holds(scene, run.readConnections(stage.networkPath)));
  await run.onScene(scene);
  signal.throwIfAborted();
}

/** States that the acknowledgement of a FIN ends, which may be delayed by 40 ms (TCP_DELACK_MIN, net/tcp.h). */
const PASSING: readonly TcpState[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

function holds({ port, end, closeWait }: Scene, connections: readonly LabConnection[]): boolean {
  const own = connections.filter(({ localPort, remotePort }) => (end === 'local' ? localPort : remotePort) === port);
  return (
    own.length === closeWait &&
    own.every(({ state }) => state === 'CLOSE-WAIT') &&
    !connections.some(({ state }) => PASSING.includes(state))
  );
}

function describePromise({ port, end, closeWait }: Scene): string {
  const whose = `connections with ${end} port ${port}`;
  return closeWait === 0 ? `all ${whose} to go` : `${closeWait} ${whose} in CLOSE-WAIT, none in another state`;
}
