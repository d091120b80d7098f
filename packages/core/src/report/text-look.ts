import type { Report } from './document.ts';
import { glue, hang, wrap } from './layout.ts';
import { formatCount, formatCountOf, formatDuration } from './quantities.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** What was looked at, without what was found: the same in a report and in an explanation. */
export type Look = Omit<Report, 'schema' | 'findings'>;

/** Who looked where, at how much, in what time. */
export function formatHead({ host, ...look }: Look, version: string, width: number): readonly string[] {
  const parts = [
    ...[`closewait ${version}`, host.name, `Linux ${host.kernel}`].map(safeText),
    `${describeLook(look)}, looked at ${describeDuration(look)}`,
  ];
  return wrap(parts.map((part) => (part.length > width ? part : glue(part))).join('   '), width);
}

/** Nothing stuck: one sentence with how much that is true of. */
export function formatCalm(report: Look, style: Style, width: number): readonly string[] {
  const whole = report.unseen.length === 0 && report.readers.every(({ ok }) => ok);
  const { closeWait, passing, reported } = report.totals;
  const outside = closeWait - passing - reported;
  const nothing =
    outside > 0 ? 'Nothing that was asked for is stuck' : whole ? 'Nothing is stuck' : 'Nothing seen is stuck';
  const looked = `${describeLook(report)} looked at ${describeDuration(report)}.`;
  return wrap(
    `${style.good(glue(nothing))} in CLOSE-WAIT: ${looked} To see it happen: ${style.command(glue('closewait demo'))}`,
    width,
  );
}

/** What a look left out. */
export function formatPassing({ totals }: Look, minAgeMs: number, width: number): readonly string[] {
  const { closeWait, passing, reported } = totals;
  const others = closeWait - passing - reported;
  const young = `${formatCount(passing)} younger than ${glue(formatDuration(minAgeMs))}`;
  return [
    ...(passing > 0 ? wrap(`${young} ${passing === 1 ? 'is' : 'are'} passing through.`, width) : []),
    ...(others > 0
      ? wrap(`${formatCount(others)} more in CLOSE-WAIT ${others === 1 ? 'was' : 'were'} not asked for.`, width)
      : []),
  ];
}

/** Readers in whose place others read the same: that they are missing is no partial sight, and doctor tells it. */
const REPLACED: readonly string[] = ['bpf'];

/** Partial sight is said, never silent: what was not seen, why, and how to see it. */
export function formatUnseen(
  { readers, unseen }: Pick<Look, 'readers' | 'unseen'>,
  style: Style,
  width: number,
): readonly string[] {
  const lines = [
    ...unseen.map(({ what, detail, hint }) => ({ first: 'Not seen: ', what, detail, hint })),
    ...readers
      .filter(({ name, ok }) => !ok && !REPLACED.includes(name))
      .map(({ name, detail, hint }) => ({
        first: 'Not read: ',
        what: name,
        detail: detail ?? 'no reason given',
        hint,
      })),
  ];
  return lines.flatMap(({ first, what, detail, hint }) => {
    const next = hint === undefined || hint === null ? '' : `; ${safeText(hint)}`;
    return hang(style.warn(first), `${safeText(what)} (${safeText(detail)})${next}.`, first.length, width);
  });
}

/** `48,213 TCP sockets in 3 namespaces`. */
function describeLook({ totals, namespaces }: Pick<Look, 'totals' | 'namespaces'>): string {
  const seen = namespaces.filter(({ sockets }) => sockets !== null);
  const count =
    totals.byState === null
      ? seen.reduce((sum, { sockets }) => sum + (sockets ?? 0), 0)
      : Object.values(totals.byState).reduce((sum, some) => sum + some, 0);
  return `${formatCountOf(count, 'TCP socket')} in ${formatCountOf(seen.length, 'namespace')}`;
}

/** `in 320 ms`, `twice in 0.7 s`: with the time between the looks. */
function describeDuration({ readers, windowMs }: Pick<Look, 'readers' | 'windowMs'>): string {
  const ms = readers.reduce((sum, reader) => sum + reader.ms, 0);
  return `${windowMs === null ? 'in' : 'twice in'} ${glue(formatDuration(ms + (windowMs ?? 0)))}`;
}
