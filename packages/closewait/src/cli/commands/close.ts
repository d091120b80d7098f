import { type Diagnosis, diagnose } from '@closewait/core/diagnose';
import { ClosewaitError, type Facts, type KernelSource } from '@closewait/core/facts';
import {
  buildClose,
  type CloseAudit,
  type CloseDocument,
  formatClose,
  makeOrders,
  type Order,
  type OrderResult,
} from '@closewait/core/orders';
import { formatCount, safeJson, usableWidth, wrap } from '@closewait/core/report';
import type { OrderMethod } from '@closewait/core/ways';
import { carryOut, REUSE_WARNING } from '../../actions/index.ts';
import { AuditLog } from '../close/audit-log.ts';
import { AuditTrail } from '../close/audit-trail.ts';
import { pathsOf } from '../close/paths-of.ts';
import { readOrderer } from '../close/read-orderer.ts';
import type { Invocation } from '../command.ts';
import { examineClosely } from '../examine-closely.ts';
import { openSource } from '../open-source.ts';
import { NO_OWN_PIDS, readOwnPids } from '../own-pids.ts';
import { showProgress } from '../progress.ts';
import { parseSelection, type Selection } from '../selection/index.ts';
import { namedCookies } from '../selection/selector.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { readVersion } from '../version.ts';

interface CloseOptions {
  readonly with: OrderMethod;
  readonly direction?: 'write' | 'both';
  readonly timeout: number;
  readonly limit?: number;
  readonly hard?: boolean;
  readonly acceptDescriptorReuse?: boolean;
  readonly forceInUse?: boolean;
  readonly atMost?: number;
  readonly audit?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly minAge: number;
  readonly where?: string;
  readonly from?: string;
  readonly allNamespaces: boolean;
}

/** More at once than this has to be said. */
const MOST_UNSAID = 100;

/**
 * `closewait close`: what an order comes to, and with `--yes` its execution. 0: all that was ordered was seen done, or there was
 * nothing to do; 1: there would be something to do, or not all was done.
 */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const asked = options as unknown as CloseOptions;
  if (operands.length === 0 && asked.where === undefined) {
    throw new ClosewaitError('usage', 'close needs a selector: it ends nothing that was not named', {
      hint: 'closewait close pid:123, :8000, cookie:…, cause:…; closewait ls shows what there is',
    });
  }
  checkOptions(asked);
  const selection = await parseSelection(operands, asked.where);
  const source = await openSource(asked.from);
  try {
    return await new Closing(source, asked, terminal).run(selection, operands);
  } finally {
    source.close();
  }
}

/** Which methods an option is about; with `auto` all that it may choose. */
const OPTION_OF: readonly (readonly [keyof CloseOptions, string, readonly OrderMethod[]])[] = [
  ['direction', '--direction', ['shutdown', 'auto']],
  ['limit', '--limit', ['limit', 'auto']],
  ['hard', '--hard', ['limit', 'auto']],
  ['acceptDescriptorReuse', '--accept-descriptor-reuse', ['free-descriptor']],
];

/** An option that would change nothing was meant for something else. */
function checkOptions(asked: CloseOptions): void {
  for (const [name, flag, methods] of OPTION_OF) {
    if (asked[name] === undefined || methods.includes(asked.with)) continue;
    const [first = 'auto'] = methods;
    throw new ClosewaitError('usage', `${flag} is not for --with ${asked.with}`, {
      hint: `it goes with --with ${first}`,
    });
  }
  if (asked.with === 'free-descriptor' && asked.yes === true && asked.acceptDescriptorReuse !== true) {
    const what = REUSE_WARNING.replaceAll('\n', ' ').replace(/\.$/, '');
    throw new ClosewaitError('usage', `--with free-descriptor needs --accept-descriptor-reuse: ${what}`, {
      hint: 'without --yes it says what it would do',
    });
  }
  if (asked.yes === true && asked.from !== undefined) {
    throw new ClosewaitError('usage', '--yes acts on this host, and --from is about a recording', {
      hint: 'leave out one of them',
    });
  }
}

class Closing {
  readonly #source: KernelSource;
  readonly #asked: CloseOptions;
  readonly #terminal: Terminal;

  constructor(source: KernelSource, asked: CloseOptions, terminal: Terminal) {
    this.#source = source;
    this.#asked = asked;
    this.#terminal = terminal;
  }

  async run(selection: Selection, operands: readonly string[]): Promise<number> {
    const { yes = false, audit: file } = this.#asked;
    const { facts, diagnosis } = await this.#look(selection);
    const orders = this.#order(facts, diagnosis, selection, operands);
    if (!yes) return this.#print(facts, orders, { results: null, audit: null }, operands);
    this.#checkCount(orders);
    if (orders.every(({ action }) => action === null)) {
      const results = orders.length === 0 ? [] : await this.#carryOut(facts, orders, null);
      return this.#print(facts, orders, { results, audit: null }, operands);
    }
    using log = AuditLog.open({ file });
    const who = readOrderer(this.#source, process.argv.slice(2));
    const trail = new AuditTrail(log, { who, host: facts.host, ruleOf: () => null, nowMs: Date.now });
    const results = await this.#carryOut(facts, orders, trail);
    return this.#print(facts, orders, { results, audit: trail.done(results) }, operands);
  }

  async #look(selection: Selection): Promise<{ readonly facts: Facts; readonly diagnosis: Diagnosis }> {
    const { minAge: minAgeMs, allNamespaces } = this.#asked;
    // Always two looks: what is in use is known by what moves between them.
    const facts = await examineClosely(this.#source, { minAgeMs, allNamespaces, quick: false });
    const diagnosis = diagnose(facts, { minAgeMs, selects: selection.over(facts) });
    const { causes } = selection;
    const findings = diagnosis.findings.filter(({ cause }) => causes.length === 0 || causes.includes(cause));
    return { facts, diagnosis: { ...diagnosis, findings } };
  }

  #order(facts: Facts, { findings }: Diagnosis, _: Selection, operands: readonly string[]): readonly Order[] {
    const { with: method, direction, timeout, limit, hard, acceptDescriptorReuse, forceInUse } = this.#asked;
    return makeOrders(facts, findings, {
      method,
      direction: direction ?? null,
      timeoutMs: timeout,
      limit: limit ?? null,
      raisesHardLimit: hard === true,
      acceptsReuse: acceptDescriptorReuse === true,
      forcesInUse: forceInUse === true,
      namedCookies: namedCookies(operands),
      ownPids: this.#asked.from === undefined ? readOwnPids(this.#source) : NO_OWN_PIDS,
    });
  }

  #checkCount(orders: readonly Order[]): void {
    const most = this.#asked.atMost ?? MOST_UNSAID;
    const count = orders.filter(({ action }) => action !== null).length;
    if (count <= most) return;
    const than =
      this.#asked.atMost === undefined
        ? `more than ${MOST_UNSAID} have to be allowed`
        : `--at-most is ${formatCount(most)}`;
    throw new ClosewaitError('usage', `${formatCount(count)} would be acted on, and ${than}: nothing was done`, {
      hint: `--at-most ${count}, after a look at what they are without --yes`,
    });
  }

  async #carryOut(facts: Facts, orders: readonly Order[], trail: AuditTrail | null): Promise<readonly OrderResult[]> {
    using progress = showProgress(this.#terminal, 100);
    return await untilInterrupted((signal) =>
      carryOut(orders, {
        source: this.#source,
        pathOf: pathsOf(facts),
        processOf: (pid) => facts.processes.get(pid) ?? null,
        signal,
        onOrdered: (seen) => trail?.ordered(seen) ?? null,
        onWait: (passedMs, mostMs) => {
          progress.show(
            Math.min(100, Math.round((100 * passedMs) / mostMs)),
            '% of the longest wait for what was to come',
          );
        },
      }),
    );
  }

  #print(
    facts: Facts,
    orders: readonly Order[],
    done: { readonly results: readonly OrderResult[] | null; readonly audit: CloseAudit | null },
    operands: readonly string[],
  ): number {
    const { with: method, where, json, acceptDescriptorReuse } = this.#asked;
    const document = buildClose(orders, { facts, method, ...done });
    if (json === true) this.#terminal.out(`${safeJson(document)}\n`);
    else {
      const { colour, width } = this.#terminal;
      const selected = [...operands, ...(where === undefined ? [] : [`--where '${where}'`])].join(' ');
      this.#terminal.out(formatClose(document, { version: readVersion(), colour, width, selected }));
      if (method === 'free-descriptor' && acceptDescriptorReuse !== true) {
        const lines = wrap(REUSE_WARNING.replaceAll('\n', ' '), usableWidth(width));
        this.#terminal.out(`\n${lines.join('\n')}\n`);
      }
    }
    return exitCodeOf(document);
  }
}

function exitCodeOf({ totals, carriedOut }: CloseDocument): number {
  if (totals.selected === 0) return 0;
  if (!carriedOut) return 1;
  return totals.outcomes.ended + totals.outcomes['already-gone'] === totals.selected ? 0 : 1;
}
