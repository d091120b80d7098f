import { glue, wrap } from '../layout.ts';
import { formatCount, formatCountOf } from '../quantities.ts';
import { safeText } from '../safe-text.ts';
import { createStyle, type Style } from '../style.ts';
import { formatUnseen } from '../text-look.ts';
import { usableWidth } from '../usable-width.ts';
import type { PlanDocument } from './plan-document.ts';
import { formatDecisions } from './text-decisions.ts';

/** How a plan is written. */
export interface TextPlanOptions {
  readonly version: string;
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Names every connection, and not the first ones of the actions alone. */
  readonly explain: boolean;
}

/** A plan for a person: what would be done, what holds the rest back, and with `explain` why of each connection. */
export function formatPlan(plan: PlanDocument, { version, colour, width, explain }: TextPlanOptions): string {
  const style = createStyle(colour);
  const columns = usableWidth(width);
  const blocks = [
    formatHead(plan, version, style, columns),
    ...formatDecisions(plan, { style, width: columns, explain }),
    formatUnseen(plan, style, columns),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function formatHead(plan: PlanDocument, version: string, style: Style, width: number): readonly string[] {
  const { host, policy, looks, totals, decisions } = plan;
  const parts = [`closewait ${version}`, host.name, `Linux ${host.kernel}`].map(safeText);
  const rules = formatCountOf(policy.rules.length, 'rule');
  const look = `${formatCountOf(looks, 'look')}, ${formatCount(totals.closeWait)} in CLOSE-WAIT`;
  const first = [...parts, look].map((part) => (part.length > width ? part : glue(part))).join('   ');
  const verb = plan.carriedOut ? 'acted on' : 'would act on';
  const count = policy.mode === 'enforce' ? totals.act : totals.observe;
  const some = count === 0 ? 'none' : style.strong(formatCount(count));
  const named = `${safeText(policy.file)} (${rules}, mode ${policy.mode})`;
  if (decisions.length === 0) {
    return [...wrap(first, width), '', ...wrap(`${named} has nothing to decide: no connection is stuck.`, width)];
  }
  const sentence = [
    `${named} ${verb} ${some} of ${formatCountOf(decisions.length, 'stuck connection')}.`,
    ...(plan.carriedOut ? [] : [glue('Nothing was changed.')]),
  ].join(' ');
  return [
    ...wrap(first, width),
    '',
    ...wrap(sentence, width),
    ...(plan.windowOpen ? [] : wrap('No maintenance window is open.', width)),
    ...(totals.closedButHeld === 0 ? [] : wrap(sayClosed(totals.closedButHeld), width)),
  ];
}

function sayClosed(count: number): string {
  const what = count === 1 ? 'socket that the kernel has closed is' : 'sockets that the kernel has closed are';
  return `${formatCount(count)} more ${what} still held: a policy is about connections.`;
}
