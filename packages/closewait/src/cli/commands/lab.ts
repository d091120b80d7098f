import { diagnose } from '@closewait/core/diagnose';
import { ClosewaitError } from '@closewait/core/facts';
import { buildReport, createStyle, formatReport } from '@closewait/core/report';
import { TCP_STATES, type TcpState } from '@closewait/core/tcp';
import { LiveSource, look } from '../../kernel/index.ts';
import {
  type BusyWith,
  type FlawedServerRun,
  LAB_SCENARIOS,
  runFlawedServer,
  type StuckScene,
} from '../../lab/index.ts';
import type { Invocation } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { readVersion } from '../version.ts';

interface LabOptions {
  readonly port?: number;
  readonly busy?: BusyWith;
  readonly fixed?: boolean;
}

/** `closewait lab`: the list of scenarios, or one of them with real processes and real sockets. */
export async function run({ operands: [name, ...more], options, terminal }: Invocation): Promise<number> {
  if (name === undefined) return listScenarios(terminal);
  const known = LAB_SCENARIOS.map((scenario) => scenario.name);
  if (more.length > 0 || !known.includes(name)) {
    throw new ClosewaitError('usage', `'${[name, ...more].join(' ')}' is not a scenario`, {
      hint: `use ${known.join(', ')}`,
    });
  }
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new ClosewaitError('internal', 'interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await playFlawedServer(options as LabOptions, interrupted.signal, terminal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function listScenarios(terminal: Terminal): number {
  const { strong } = createStyle(terminal.colour);
  for (const { name, title, options } of LAB_SCENARIOS) {
    terminal.out(`${strong(name)}\n  ${title}\n`);
    for (const option of options) terminal.out(`    --${option.name.padEnd(8)} ${option.says}\n`);
  }
  terminal.out('\nRun one with: closewait lab NAME\n');
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
    onStuck: (scene) => {
      terminal.out(`\n${reportOn(scene, terminal)}\n`);
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

const CONNECTION_STATES = TCP_STATES.filter((state) => state !== 'CLOSED' && state !== 'LISTEN');

function readStates(port: number): readonly TcpState[] {
  const { sockets } = look(new LiveSource(), { states: CONNECTION_STATES, depth: 'list', allNamespaces: false });
  return sockets.flatMap(({ local, state }) => (local.port === port && state !== 'TIME-WAIT' ? [state] : []));
}

/** The report on the scenario's server alone, whatever else is stuck on this machine. */
function reportOn({ serverPid }: StuckScene, { colour, width, interactive }: Terminal): string {
  const facts = look(new LiveSource(), { states: ['CLOSE-WAIT'], depth: 'report', allNamespaces: false });
  // The connection is a moment old: the usual minimum age would hide it.
  const minAgeMs = 0;
  const diagnosis = diagnose(facts, { minAgeMs, selects: (_, process) => process?.pid === serverPid });
  const report = buildReport(facts, diagnosis, { showArguments: interactive });
  return formatReport(report, { version: readVersion(), colour, width, minAgeMs });
}
