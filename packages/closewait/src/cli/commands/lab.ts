import { statSync } from 'node:fs';
import { diagnose } from '@closewait/core/diagnose';
import { ClosewaitError } from '@closewait/core/facts';
import { buildReport, createStyle, formatReport } from '@closewait/core/report';
import type { TcpState } from '@closewait/core/tcp';
import { LiveSource } from '../../kernel/index.ts';
import {
  type BusyWith,
  CAUSE_SCENARIOS,
  type CauseScenario,
  type FlawedServerRun,
  LAB_SCENARIOS,
  runFlawedServer,
  runScenario,
} from '../../lab/index.ts';
import type { Invocation } from '../command.ts';
import { examineClosely } from '../examine-closely.ts';
import { orInUserNamespace } from '../in-user-namespace.ts';
import { readConnections } from '../read-connections.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { readVersion } from '../version.ts';
import { checkShowOptions, type ShowOptions, showScenario } from './show-scenario.ts';

interface LabOptions extends ShowOptions {
  readonly port?: number;
  readonly busy?: BusyWith;
  readonly fixed?: boolean;
  readonly list?: boolean;
}

/** `closewait lab`: the list of scenarios, or one of them with real processes and real sockets. */
export async function run({ operands: [name, ...more], options, terminal }: Invocation): Promise<number> {
  const { list = false, ...own } = options as LabOptions;
  checkShowOptions(showOptions(own));
  if (list || name === undefined) return listScenarios(terminal);
  const play = more.length === 0 ? findPlay(name, own) : null;
  if (play === null) {
    throw new ClosewaitError('usage', `'${[name, ...more].join(' ')}' is not a scenario`, {
      hint: `closewait lab lists them, for example ${LAB_SCENARIOS.map((scenario) => scenario.name).join(', ')}`,
    });
  }
  return play(terminal);
}

type Play = (terminal: Terminal) => Promise<number>;

function findPlay(name: string, options: LabOptions): Play | null {
  if (LAB_SCENARIOS.some((scenario) => scenario.name === name)) {
    return (terminal) =>
      options.show === true
        ? showScenario({ flawedServer: definedOptions(options) }, showOptions(options), terminal)
        : untilInterrupted((signal) => playFlawedServer(options, signal, terminal));
  }
  const scenario = CAUSE_SCENARIOS.find((it) => it.name === name);
  if (scenario === undefined) return null;
  const [option] = Object.keys(definedOptions(options));
  if (option !== undefined) {
    throw new ClosewaitError('usage', `${name} does not take --${option}`, { hint: `closewait lab ${name}` });
  }
  if (options.show === true) return (terminal) => showScenario({ scenario }, showOptions(options), terminal);
  return async (terminal) =>
    (await orInUserNamespace()) ?? untilInterrupted((signal) => playScenario(scenario, signal, terminal));
}

function listScenarios(terminal: Terminal): number {
  const { faint, strong } = createStyle(terminal.colour);
  for (const { name, title, options } of LAB_SCENARIOS) {
    terminal.out(`${strong(name)}\n  ${title}\n`);
    for (const option of options) terminal.out(`    --${option.name.padEnd(8)} ${option.says}\n`);
  }
  terminal.out('\nEach of these builds one cause, in a network namespace of its own:\n\n');
  for (const [cause, scenarios] of Map.groupBy(CAUSE_SCENARIOS, (scenario) => scenario.cause)) {
    terminal.out(`${faint(`${cause}:`)}\n`);
    for (const { name, title } of scenarios) terminal.out(`  ${strong(name)}\n    ${title}\n`);
  }
  terminal.out('\nRun one with: closewait lab NAME\n');
  return 0;
}

async function playScenario(scenario: CauseScenario, signal: AbortSignal, terminal: Terminal): Promise<number> {
  const { faint, strong } = createStyle(terminal.colour);
  terminal.out(`${scenario.title} Cause: ${strong(scenario.cause)}\n\n`);
  await runScenario(scenario, {
    signal,
    readConnections,
    onLine: ({ from, text }) => {
      terminal.out(`${faint(from)}  ${text}\n`);
    },
    onScene: async ({ pids }) => {
      terminal.out(`\n${await reportOn(pids, terminal, { allNamespaces: true })}\n`);
    },
  });
  terminal.out(`${strong('Ended all programs.')} The kernel has closed what they held, and the namespace is gone.\n`);
  return 0;
}

async function playFlawedServer(options: LabOptions, signal: AbortSignal, terminal: Terminal): Promise<number> {
  const { faint, strong } = createStyle(terminal.colour);
  const { outcome, port } = await runFlawedServer({
    ...definedOptions(options),
    signal,
    readStates,
    onLine: ({ from, text }) => {
      terminal.out(`${faint(from)}  ${text}\n`);
    },
    onStuck: async (scene) => {
      terminal.out(`\n${await reportOn([scene.serverPid], terminal, { allNamespaces: false })}\n`);
    },
  });
  terminal.out(
    outcome === 'stuck'
      ? `${strong('Ended both programs.')} The kernel has closed what they held. With --fixed the server closes.\n`
      : `${strong('Nothing stays:')} port ${port} has no connection left, because the server closed when read returned 0.\n`,
  );
  return 0;
}

/** Commander hands over more than the scenario's own options. */
function definedOptions({ port, busy, fixed }: LabOptions): Pick<FlawedServerRun, 'port' | 'busy' | 'fixed'> {
  return {
    ...(port === undefined ? {} : { port }),
    ...(busy === undefined ? {} : { busy }),
    ...(fixed === undefined ? {} : { fixed }),
  };
}

function showOptions({ show, html, json, all }: LabOptions): ShowOptions {
  return {
    ...(show === undefined ? {} : { show }),
    ...(html === undefined ? {} : { html }),
    ...(json === undefined ? {} : { json }),
    ...(all === undefined ? {} : { all }),
  };
}

function readStates(port: number): readonly TcpState[] {
  return readConnections('/proc/self/ns/net').flatMap(({ localPort, state }) => (localPort === port ? [state] : []));
}

/** The report on the scenario's processes alone, whatever else is stuck on this machine. */
async function reportOn(
  pids: readonly number[],
  { colour, width, interactive }: Terminal,
  { allNamespaces }: { readonly allNamespaces: boolean },
): Promise<string> {
  // The connections are a moment old: the usual minimum age would hide them.
  const minAgeMs = 0;
  const facts = await examineClosely(new LiveSource(), { minAgeMs, allNamespaces, quick: false });
  // Where the whole namespace is the scenario's, so are connections in it whose holder was not seen.
  const networks = allNamespaces
    ? pids.flatMap((pid) => statSync(`/proc/${pid}/ns/net`, { throwIfNoEntry: false })?.ino ?? [])
    : [];
  const diagnosis = diagnose(facts, {
    minAgeMs,
    selects: (connection, process) =>
      process === null ? networks.includes(connection?.socket.netns ?? 0) : pids.includes(process.pid),
  });
  const report = buildReport(facts, diagnosis, { showArguments: interactive });
  return formatReport(report, { version: readVersion(), colour, width, minAgeMs });
}
