import { ENDINGS, formatShort } from '@closewait/core/events';
import { formatEndpoint } from '@closewait/core/facts';
import {
  createStyle,
  formatBytes,
  formatCount,
  formatCountOf,
  formatDuration,
  safeText,
  wrap,
} from '@closewait/core/report';
import type { PrinterSetting, WatchEnd } from './printer.ts';

/** What a watch has come to, in sentences. */
export function footerLines(
  { watch, tally, slowerThanMs }: PrinterSetting,
  { nowMs, stillOpen }: WatchEnd,
  unprinted: number,
  { unicode, colour, width }: { readonly unicode: boolean; readonly colour: boolean; readonly width: number },
): readonly string[] {
  const style = createStyle(colour);
  const rate = (tally.closes * 1000) / Math.max(1, nowMs);
  const ended = ENDINGS.flatMap((ending) =>
    tally.byEnding[ending] > 0 ? [`${formatCount(tally.byEnding[ending])} by ${ending}`] : [],
  );
  const sentences = [
    `${formatCountOf(tally.closes, 'passive close')} in ${formatDuration(nowMs)}, ${describeRate(rate)}${ended.length > 0 ? `: ${ended.join(', ')}` : ''}.`,
  ];
  const { slowest } = tally;
  if (slowest !== null) {
    const { owner } = slowest;
    const whose =
      owner.by === 'unknown' ? '' : ` by ${safeText(owner.name ?? '?')}${owner.pid === null ? '' : ` ${owner.pid}`}`;
    sentences.push(
      `The slowest took ${formatShort(slowest.stay.atLeastMs, unicode)}${whose} (peer ${formatEndpoint(slowest.ends.remote)}).`,
    );
  }
  const slowOpen = stillOpen.filter(({ stay }) => stay.atLeastMs >= slowerThanMs).length;
  if (stillOpen.length > 0) {
    sentences.push(
      `${formatCount(stillOpen.length)} still open, ${formatCount(slowOpen)} of them for ${formatDuration(slowerThanMs)} or longer.`,
    );
  }
  if (unprinted > 0) sentences.push(`${formatCountOf(unprinted, 'line')} not printed: too many to read.`);
  return [
    ...wrap(sentences.join(' '), width),
    ...wrap(describeLosses(watch, tally.lostEvents), width).map(tally.lostEvents > 0 ? style.alarm : style.faint),
  ];
}

function describeRate(perSecond: number): string {
  if (perSecond >= 10) return `${formatCount(Math.round(perSecond))} a second`;
  return `${perSecond.toFixed(1)} a second`;
}

function describeLosses({ buffer, endsLost, startsMissing }: PrinterSetting['watch'], lost: number): string {
  if (buffer === null) return 'By polling: what came and went between two looks was not seen.';
  const size = `${formatCountOf(buffer.processors, 'buffer')} of ${formatBytes(buffer.kilobytes * 1024)}`;
  const unseen = startsMissing > 0 ? `; of ${formatCount(startsMissing)} the begin was not seen` : '';
  if (lost === 0) return `No event was lost (${size})${unseen}.`;
  const ends = endsLost > 0 ? `, of ${formatCountOf(endsLost, 'connection')} the end` : '';
  return `${formatCountOf(lost, 'event')} lost (${size})${ends}${unseen}: what this counts is too little.`;
}
