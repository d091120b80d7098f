import { ClosewaitError, EXIT_CODE_OF } from '@closewait/core/facts';
import type { Policy } from '@closewait/core/policy';
import { safeJson, safeText } from '@closewait/core/report';
import { buildPlan, formatPlan } from '@closewait/core/report/plan';
import { AuditLog } from '../close/audit-log.ts';
import { AuditTrail } from '../close/audit-trail.ts';
import { readOrderer } from '../close/read-orderer.ts';
import type { Invocation } from '../command.ts';
import { openLiveSource, openSource } from '../open-source.ts';
import { readOwnPids } from '../own-pids.ts';
import { carryOut, type ExecutorOptions, openExecutor } from '../policy/executor.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { type PlannedLooks, planForHost, planForRecording } from '../policy/take-looks.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { readVersion } from '../version.ts';

interface ReapOptions {
  readonly policy: string;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly audit?: string;
  readonly looks?: number;
  readonly interval: number;
  readonly from?: string;
  readonly allNamespaces: boolean;
}

/** `closewait reap`: one pass of a policy. 1: it acted on something, or would. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const { policy: file, yes = false, ...asked } = options as unknown as ReapOptions;
  if (yes && asked.from !== undefined) {
    throw new ClosewaitError('usage', '--yes acts on this host, and --from is about a recording', {
      hint: 'leave out one of them',
    });
  }
  const parsed = readPolicy(file);
  if (!parsed.ok) {
    for (const { line, column, says } of parsed.problems) {
      terminal.err(`closewait: ${safeText(`${file}:${line}:${column}: ${says}`)}\n`);
    }
    return EXIT_CODE_OF.usage;
  }
  const { policy } = parsed;
  const looks = asked.looks ?? Math.max(...policy.rules.map(({ grace }) => grace));
  const planned = await takeLooks(policy, looks, asked, terminal);
  const outcomes = yes && policy.mode === 'enforce' ? await enforce(planned, asked.audit) : null;
  const document = buildPlan(planned.plan, { ...planned, policy, file, looks, outcomes });
  if (asked.json === true) terminal.out(`${safeJson(document)}\n`);
  else {
    const { colour, width } = terminal;
    terminal.out(formatPlan(document, { version: readVersion(), colour, width, explain: asked.explain === true }));
  }
  return document.totals.act + document.totals.observe > 0 ? 1 : 0;
}

/** Carries the plan out; every action is written down before and afterwards. An interruption ends the waiting, and what was done is told. */
async function enforce({ facts, plan }: PlannedLooks, file: string | undefined): ReturnType<typeof carryOut> {
  if (plan.decisions.every(({ kind }) => kind !== 'act')) return new Map();
  using log = AuditLog.open({ file });
  const source = openLiveSource();
  try {
    const ownPids = readOwnPids(source);
    const about = { who: readOrderer(source, process.argv.slice(2)), host: facts.host, nowMs: Date.now };
    const trailFor: ExecutorOptions['trailFor'] = (ruleOf) => new AuditTrail(log, { ...about, ruleOf });
    return await untilInterrupted((signal) =>
      carryOut(plan, openExecutor({ facts, source, ownPids, signal, trailFor })),
    );
  } finally {
    source.close();
  }
}

async function takeLooks(
  policy: Policy,
  looks: number,
  { from, interval, allNamespaces }: Pick<ReapOptions, 'from' | 'interval' | 'allNamespaces'>,
  terminal: Terminal,
): Promise<PlannedLooks> {
  const source = await openSource(from);
  try {
    if (from !== undefined)
      return await planForRecording(policy, source, { looks, intervalMs: interval, allNamespaces });
    using progress = showProgress(terminal, looks);
    const onLook = (done: number): void => progress.show(done, `looks, ${interval / 1000} s apart`);
    onLook(0);
    return await planForHost(policy, source, { looks, intervalMs: interval, allNamespaces, onLook });
  } finally {
    source.close();
  }
}
