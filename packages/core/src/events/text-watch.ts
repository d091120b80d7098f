import { type Endpoint, formatEndpoint } from '../facts/index.ts';
import { createStyle, formatDuration, padEnd, padStart, type Style, safeText, truncate } from '../report/index.ts';
import type { ConnectionEnds, OpenClose, Owner, PassiveClose, Stay, WatchedProcess } from './passive-close.ts';
import { instant, type WatchClock } from './watch-document.ts';

/** How lines are written. */
export interface WatchTextOptions {
  readonly colour: boolean;
  readonly unicode: boolean;
  readonly width: number;
  /** From here on a stay is slow, milliseconds. */
  readonly slowerThanMs: number;
}

/** Where the whole local address has room beside the peer's. */
const WIDE = 104;
const TIME = 12;
const STAYED = 10;
const ENDING = 8;
const PROCESS = 16;
const WIDE_PROCESS = 24;
const LOCAL = 6;
const WIDE_LOCAL = 21;

/** The head of the columns. */
export function watchHead({ colour, width }: WatchTextOptions): string {
  const style = createStyle(colour);
  const head = ['TIME UTC'.padEnd(TIME), 'STAYED'.padStart(STAYED), ` ${'ENDED BY'.padEnd(ENDING)}`];
  return style.strong(
    `${head.join(' ')} ${padEnd('PROCESS', processColumns(width))} ${padEnd('LOCAL', localColumns(width))} PEER`,
  );
}

/** A passive close as a line. */
export function watchLine(close: PassiveClose, clock: WatchClock, options: WatchTextOptions): string {
  const { ends, endedMs, stay, ending, owner, actor } = close;
  const style = createStyle(options.colour);
  const isOrderly = ending === 'close' || ending === 'shutdown' || ending === 'exit';
  const ended = (isOrderly ? same : style.warn)(padEnd(ending, ENDING));
  const by = ending === 'destroy' && actor !== null ? `  by ${describeProcess(actor)}` : '';
  return `${lineOf(instant(clock, endedMs), stay, ended, owner, ends, style, options)}${by}`;
}

/** One that is still there. */
export function stillOpenLine(open: OpenClose, nowMs: number, clock: WatchClock, options: WatchTextOptions): string {
  const style = createStyle(options.colour);
  const ended = style.alarm(padEnd('open', ENDING));
  return lineOf(instant(clock, nowMs), open.stay, ended, open.owner, open.ends, style, options);
}

function lineOf(
  at: string,
  stay: Stay,
  ended: string,
  owner: Owner,
  ends: ConnectionEnds,
  style: Style,
  { width, unicode, slowerThanMs }: WatchTextOptions,
): string {
  const stayed = padStart(formatStay(stay, unicode), STAYED);
  const isSlow = stay.atLeastMs >= slowerThanMs;
  const columns = processColumns(width);
  return [
    style.faint(at.slice(11, 11 + TIME)),
    isSlow ? style.warn(stayed) : stayed,
    ` ${ended}`,
    padEnd(describeOwner(owner, columns), columns),
    padEnd(localText(ends.local, width), localColumns(width)),
    formatEndpoint(ends.remote),
  ].join(' ');
}

/** `120 µs`, `1.2 ms`, `21 min`; `> 21 min` for at least, `1.0-1.2 s` where it lies between. */
export function formatStay({ atLeastMs, atMostMs }: Stay, unicode: boolean): string {
  if (atMostMs === null) return `> ${formatShort(atLeastMs, unicode)}`;
  if (atMostMs === atLeastMs) return formatShort(atLeastMs, unicode);
  const seconds = (ms: number, up: boolean): string =>
    ((up ? Math.ceil(ms / 100) : Math.floor(ms / 100)) / 10).toFixed(1);
  if (atMostMs < 100_000) return `${seconds(atLeastMs, false)}-${seconds(atMostMs, true)} s`;
  return `> ${formatShort(atLeastMs, unicode)}`;
}

/** Finer than {@link formatDuration} below 10 ms: that is where most closes are. */
export function formatShort(ms: number, unicode: boolean): string {
  if (ms >= 10) return formatDuration(ms);
  if (ms >= 1) return `${(Math.floor(ms * 10) / 10).toFixed(1)} ms`;
  return `${Math.floor(ms * 1000)} ${unicode ? 'µs' : 'us'}`;
}

/** `java 4121`, `~nginx 812` where only the listener tells, `?` where nothing does; the number is never cut. */
function describeOwner(owner: Owner, columns: number): string {
  if (owner.by === 'unknown') return '?';
  const mark = owner.by === 'listener' ? '~' : '';
  const pid = owner.pid === null ? '' : ` ${owner.pid}`;
  return `${mark}${truncate(safeText(owner.name ?? '?'), columns - mark.length - pid.length)}${pid}`;
}

function describeProcess({ pid, name }: WatchedProcess): string {
  return `${safeText(name ?? '?')}${pid === null ? '' : ` ${pid}`}`;
}

function localText(local: Endpoint, width: number): string {
  const port = local.port === 0 ? '?' : String(local.port);
  if (width < WIDE) return `:${port}`;
  return local.port === 0 ? formatEndpoint(local).replace(/:0$/, ':?') : formatEndpoint(local);
}

function processColumns(width: number): number {
  return width < WIDE ? PROCESS : WIDE_PROCESS;
}

function localColumns(width: number): number {
  return width < WIDE ? LOCAL : WIDE_LOCAL;
}

function same(text: string): string {
  return text;
}
