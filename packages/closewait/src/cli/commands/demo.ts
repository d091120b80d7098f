import { type Diagnosis, diagnose } from '@closewait/core/diagnose';
import type { Facts } from '@closewait/core/facts';
import { buildClose, formatClose, makeOrders } from '@closewait/core/orders';
import {
  buildExplanation,
  buildReport,
  createStyle,
  formatExplanation,
  formatReport,
  wrap,
} from '@closewait/core/report';
import { carryOut } from '../../actions/index.ts';
import { LiveSource } from '../../kernel/index.ts';
import { pathsOf } from '../close/paths-of.ts';
import type { Invocation } from '../command.ts';
import { DemoServers } from '../demo-servers.ts';
import { examineClosely } from '../examine-closely.ts';
import { orInUserNamespace } from '../in-user-namespace.ts';
import { readOwnPids } from '../own-pids.ts';
import { readConnections } from '../read-connections.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { readVersion } from '../version.ts';

/** The servers are a moment old: the usual minimum age would hide what is stuck in them. */
const MIN_AGE_MS = 0;

/** `closewait demo`: broken servers on real sockets, what the report says of them, one explained, one ended. */
export async function run({ terminal }: Invocation): Promise<number> {
  const ranInside = await orInUserNamespace();
  if (ranInside !== null) return ranInside;
  await untilInterrupted((signal) => new Tour(terminal).guide(signal));
  return 0;
}

/** What is ordered: nothing but its method. */
const SHUTDOWN = {
  method: 'shutdown',
  direction: null,
  timeoutMs: 0,
  limit: null,
  raisesHardLimit: false,
  acceptsReuse: false,
  forcesInUse: false,
  namedCookies: [],
} as const;

class Tour {
  readonly #terminal: Terminal;
  readonly #source = new LiveSource();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async guide(signal: AbortSignal): Promise<void> {
    this.#say(
      'A connection is in CLOSE-WAIT when the other side has said goodbye (FIN) and the program on this side has not ' +
        'closed. Four small servers will now do that, each for another reason, in network namespaces of their own. ' +
        'Nothing else on this machine is touched.',
    );
    const { strong, faint } = createStyle(this.#terminal.colour);
    {
      await using servers = await DemoServers.start(signal, readConnections, ({ scenario, scene }) => {
        this.#terminal.out(`  ${strong(`pid ${scene.pids.join(', ')}`)}\n    ${scenario.title}\n`);
      });
      const pids = servers.servers.flatMap(({ scene }) => scene.pids);
      signal.throwIfAborted();
      this.#say('What `closewait` says of them. Nobody has told it what is wrong:');
      await this.#report(pids);
      const stalled = servers.find('event-loop-stalled')?.scene.pids ?? [];
      this.#say(`More about one of them, with \`closewait explain pid:${stalled.join()}\`:`);
      await this.#explain(stalled);
      const [forgetful] = servers.find('close-missing')?.scene.pids ?? [];
      if (forgetful !== undefined) await this.#end(forgetful, signal);
      this.#terminal.out(faint('Ending the four servers …\n'));
    }
    this.#say(
      'All programs and namespaces of the tour are gone, and with the programs all that they held: a process that ' +
        'ends closes its descriptors. Next: `closewait` for this machine, `closewait lab --list` for every cause, ' +
        '`closewait explain cause:close-missing` for what to change in the code.',
    );
  }

  async #look(pids: readonly number[]): Promise<{ readonly facts: Facts; readonly diagnosis: Diagnosis }> {
    const facts = await examineClosely(this.#source, { minAgeMs: MIN_AGE_MS, allNamespaces: true, quick: false });
    const selects = (_: unknown, process: { readonly pid: number } | null): boolean =>
      process !== null && pids.includes(process.pid);
    return { facts: { ...facts, unseen: [] }, diagnosis: diagnose(facts, { minAgeMs: MIN_AGE_MS, selects }) };
  }

  async #report(pids: readonly number[]): Promise<void> {
    const { facts, diagnosis } = await this.#look(pids);
    const ours = { ...diagnosis, closeWait: diagnosis.findings.reduce((sum, one) => sum + one.connections.length, 0) };
    this.#terminal.out(formatReport(buildReport(facts, ours, { showArguments: false }), this.#textOptions()));
  }

  async #explain(pids: readonly number[]): Promise<void> {
    const { facts, diagnosis } = await this.#look(pids);
    const explanation = buildExplanation(facts, diagnosis, { showArguments: false });
    this.#terminal.out(formatExplanation(explanation, this.#textOptions()));
  }

  #textOptions(): Parameters<typeof formatReport>[1] {
    const { colour, width } = this.#terminal;
    return { version: readVersion(), colour, width, minAgeMs: MIN_AGE_MS };
  }

  /** Ends one connection as `closewait close` does, and looks again: the lesson is what is not free then. */
  async #end(pid: number, signal: AbortSignal): Promise<void> {
    const before = await this.#count(pid);
    const [finding] = before.diagnosis.findings.filter(({ connections }) => connections.length > 0);
    const victim = finding?.connections.at(0);
    if (finding === undefined || victim === undefined) return;
    const { cookie } = victim.socket;
    this.#say(
      `Now one connection of pid ${pid} is ended from outside, as \`closewait close cookie:${cookie} --with shutdown --yes\` does:`,
    );
    const { facts } = before;
    const orders = makeOrders(facts, [{ ...finding, connections: [victim], closed: [] }], {
      ...SHUTDOWN,
      ownPids: readOwnPids(this.#source),
    });
    const results = await carryOut(orders, {
      source: this.#source,
      pathOf: pathsOf(facts),
      processOf: (one) => facts.processes.get(one) ?? null,
      signal,
    });
    const document = buildClose(orders, { facts, method: SHUTDOWN.method, results, audit: null });
    this.#terminal.out(`${formatClose(document, { ...this.#textOptions(), selected: `cookie:${cookie}` })}\n`);
    const after = await this.#count(pid);
    this.#terminal.out(`  in CLOSE-WAIT       ${before.closeWait} before, ${after.closeWait} now\n`);
    this.#terminal.out(`  descriptors open    ${before.open} before, ${after.open} now\n`);
    this.#terminal.out(`  closed but held     ${before.held} before, ${after.held} now\n`);
    this.#say(
      'The connection is gone from every list, and the descriptor is as lost as before: only the program can close it. ' +
        'That is why a leak has to be fixed in the code, and why closewait counts these sockets too.',
    );
  }

  async #count(pid: number): Promise<{
    readonly facts: Facts;
    readonly diagnosis: Diagnosis;
    readonly closeWait: number;
    readonly open: number | string;
    readonly held: number;
  }> {
    const { facts, diagnosis } = await this.#look([pid]);
    const use = facts.processes.get(pid)?.descriptors;
    return {
      facts,
      diagnosis,
      closeWait: diagnosis.findings.reduce((sum, { connections }) => sum + connections.length, 0),
      open: use?.known === true ? use.value.open : 'unknown',
      held: facts.closed.filter(({ holders }) => holders.some((holder) => holder.pid === pid)).length,
    };
  }

  #say(text: string): void {
    const { strong } = createStyle(this.#terminal.colour);
    const lines = wrap(text, Math.min(this.#terminal.width, 100)).map((line) => strong(line));
    this.#terminal.out(`\n${lines.join('\n')}\n\n`);
  }
}
