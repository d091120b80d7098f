import { ClosewaitError } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { inNetworkNamespace } from '../../ffi/index.ts';
import { LabProcess } from '../lab-process.ts';
import { BUSY_WITH, type BusyWith, type ClientEnding, SERVER_SAYS } from '../programs/flawed-server-contract.ts';
import type { LabScenario } from '../scenario.ts';
import { waitUntil } from '../wait-until.ts';

const DEFAULT_PORT = 8000;

/** The scenario that this project started from. */
export const FLAWED_SERVER: LabScenario = {
  name: 'flawed-server',
  title: 'A blocking server reads that its client has closed, and does not close.',
  options: [
    {
      name: 'port',
      says: 'where the server listens on 127.0.0.1; 0: any free port',
      takes: 'port',
      default: DEFAULT_PORT,
    },
    {
      name: 'busy',
      says: 'the server is in a read of another descriptor, or in a long write, while its client closes',
      takes: BUSY_WITH,
      excludes: ['fixed'],
    },
    { name: 'fixed', says: 'the server closes when read answers 0 or an error that lasts', takes: 'nothing' },
  ],
};

/** One line that a program of the scenario printed. */
export interface LabLine {
  readonly from: 'server' | 'client';
  readonly text: string;
}

/** The scene while the connection is stuck: the server is alive, and so is the client that closed only one half. */
export interface StuckScene {
  readonly port: number;
  readonly serverPid: number;
}

/** What a run needs from its caller. */
export interface FlawedServerRun {
  /** 0 to 65535, default 8000; 0 takes any free port. */
  readonly port?: number;
  readonly busy?: BusyWith;
  /** Default false. Not together with `busy`: the rule is about what read answers, and a busy server does not read. */
  readonly fixed?: boolean;
  /** The lines that the client sends, at least one. */
  readonly lines?: readonly string[];
  /** How long each step may take, default 10,000. */
  readonly withinMs?: number;
  /** Ends the run early with the signal's reason, once `onStuck` has returned where it is running; everything is cleaned up. */
  readonly signal?: AbortSignal;
  /** The network namespace in which the programs run; default the own one. Needs the privilege to enter it (setns(2)). */
  readonly networkPath?: string;
  /** A program was started. */
  readonly onProgram?: (from: LabLine['from'], pid: number) => void;
  /** The states of all connections with this local port, listeners left out. */
  readonly readStates: (port: number) => readonly TcpState[];
  readonly onLine: (line: LabLine) => void;
  /** Called once, with the connection in CLOSE-WAIT; the run waits for it. Never called with `fixed`. */
  readonly onStuck: (scene: StuckScene) => void | Promise<void>;
  /** Called once with `fixed`, when the server has closed as well and still lives; the run waits for it. */
  readonly onClosed?: () => void | Promise<void>;
}

/** How a run ended: `stuck` in CLOSE-WAIT, or `closed`: nothing is left on the server's side. */
export interface FlawedServerResult {
  readonly outcome: 'stuck' | 'closed';
  readonly port: number;
}

const DEFAULT_LINES = ['hello', 'is anybody there?'];
const ENDING_OF = { read: 'give-up', write: 'half-close' } as const satisfies Record<BusyWith, ClientEnding>;
const OPERATION = 'lab flawed-server';

/**
 * Runs the server and its client as processes on 127.0.0.1, waits for what becomes of their connection, and leaves
 * nothing behind but the client's TIME-WAIT. Needs no privilege. Ends by itself.
 *
 * Throws a ClosewaitError: `usage` for a port that cannot be listened on or options that exclude one another,
 * `internal` where a program fails or the expected state does not come.
 *
 * @example
 * await runFlawedServer({
 *   readStates: () => ['CLOSE-WAIT'],
 *   onLine: ({ from, text }) => process.stdout.write(`${from}  ${text}\n`),
 *   onStuck: ({ port }) => process.stdout.write(`stuck on ${port}\n`),
 * });
 */
export async function runFlawedServer(run: FlawedServerRun): Promise<FlawedServerResult> {
  const { fixed = false, busy, lines = DEFAULT_LINES, port: wantedPort = DEFAULT_PORT } = run;
  checkOptions(wantedPort, fixed, busy);
  const waiting = { withinMs: run.withinMs ?? 10_000, signal: run.signal ?? new AbortController().signal };
  waiting.signal.throwIfAborted();

  const programs: LabProcess[] = [];
  function start(from: LabLine['from'], args: readonly string[]): LabProcess {
    const program = startIn(run.networkPath, () => {
      return new LabProcess(`flawed-${from}`, args, (text) => run.onLine({ from, text }));
    });
    programs.push(program);
    run.onProgram?.(from, program.pid);
    return program;
  }
  async function waitFor(what: string, holds: () => boolean): Promise<void> {
    const came = await waitUntil(() => {
      for (const program of programs) throwIfFailed(program, wantedPort);
      return holds();
    }, waiting);
    if (!came) {
      throw new ClosewaitError('internal', `waited ${waiting.withinMs} ms in vain for ${what}`, { op: OPERATION });
    }
  }

  try {
    const flags = [...(busy === undefined ? [] : ['--busy', busy]), ...(fixed ? ['--fixed'] : [])];
    const server = start('server', ['--port', String(wantedPort), ...flags]);
    await waitFor('the server to accept connections', () => server.hasSaid(SERVER_SAYS.accepts));
    const port = portOf(server);

    const ending = busy === undefined ? 'close' : ENDING_OF[busy];
    const client = start('client', ['--port', String(port), '--ending', ending, '--', ...lines]);
    const lastLine = lastLineOf(fixed, busy);
    await waitFor(`the server to say "${lastLine}"`, () => server.hasSaid(lastLine));
    if (ending !== 'half-close') {
      await waitFor('the client to end', () => client.exit !== null);
    }

    if (fixed) {
      await waitFor(`the connection to leave port ${port}`, () => run.readStates(port).length === 0);
      await run.onClosed?.();
      return { outcome: 'closed', port };
    }
    await waitFor(`CLOSE-WAIT on port ${port}`, () => run.readStates(port).includes('CLOSE-WAIT'));
    await run.onStuck({ port, serverPid: server.pid });
    return { outcome: 'stuck', port };
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
}

/** spawn forks before it returns, and the child stays where its parent's thread was. */
function startIn(networkPath: string | undefined, start: () => LabProcess): LabProcess {
  if (networkPath === undefined) return start();
  const started = inNetworkNamespace(networkPath, () => ({ ok: true, value: start() }));
  if (started.ok) return started.value;
  throw new ClosewaitError('internal', `cannot enter the namespace: ${started.errno}`, started);
}

function checkOptions(port: number, fixed: boolean, busy: BusyWith | undefined): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ClosewaitError('usage', `port ${port}: expected a whole number from 0 to 65535`, {
      hint: '--port 0 takes any free one',
    });
  }
  if (fixed && busy !== undefined) {
    throw new ClosewaitError('usage', '--fixed and --busy together: a busy server does not read, so no rule helps it', {
      hint: 'give one of them',
    });
  }
}

/** How the last line begins that the server prints before nothing more comes from it. */
function lastLineOf(fixed: boolean, busy: BusyWith | undefined): string {
  if (busy === 'read') return SERVER_SAYS.waits;
  if (busy === 'write') return SERVER_SAYS.writes;
  return fixed ? SERVER_SAYS.closes : SERVER_SAYS.closed;
}

/** The client may end in order; everything else that ended has failed. */
function throwIfFailed(program: LabProcess, wantedPort: number): void {
  if (program.exit === null || program.exit.code === 0) return;
  const [op = '', errno = ''] = program.complaint.split(': ');
  if (op === 'bind' || op === 'listen') {
    const why = errno === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${errno})`;
    throw new ClosewaitError('usage', `port ${wantedPort} of 127.0.0.1 ${why}`, {
      op,
      errno,
      hint: 'choose another one with --port, or --port 0 for any free one',
    });
  }
  program.throwIfFailed(OPERATION);
}

/** From its line `accepts connections on 127.0.0.1:PORT`. */
function portOf(server: LabProcess): number {
  const line = server.lines.find((it) => it.startsWith(SERVER_SAYS.accepts)) ?? '';
  return Number(line.slice(line.lastIndexOf(':') + 1));
}
