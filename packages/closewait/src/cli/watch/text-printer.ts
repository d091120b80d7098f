import {
  formatDistributions,
  formatShort,
  type OpenClose,
  type PassiveClose,
  stillOpenLine,
  type WatchTextOptions,
  watchHead,
  watchLine,
} from '@closewait/core/events';
import { createStyle, formatCount, formatCountOf, formatDuration, type Style, wrap } from '@closewait/core/report';
import type { Terminal } from '../terminal.ts';
import { readVersion } from '../version.ts';
import { footerLines } from './footer.ts';
import { drain, type LineSink } from './line-sink.ts';
import type { Printer, PrinterSetting, WatchEnd } from './printer.ts';

/** Nobody reads more lines a second; what is not printed is counted. */
const LINES_PER_SECOND = 100;
const SECOND_MS = 1000;
const CLEAR_LINE = '\r\u001b[K';
/** How many of those that are still open are listed at the end. */
const LISTED_AT_END = 20;

/** A line a close. On a terminal the last line says what is open now, and lines are few enough to be read. */
export class TextPrinter implements Printer {
  readonly #setting: PrinterSetting;
  readonly #terminal: Terminal;
  readonly #sink: LineSink;
  readonly #by: 'process' | 'port' | null;
  readonly #style: Style;
  #second = 0;
  #printed = 0;
  #unprinted = 0;
  #unprintedInAll = 0;
  #slowestUnprinted: PassiveClose | null = null;
  #drawnMs = -SECOND_MS;
  #hasStatus = false;

  constructor(setting: PrinterSetting, terminal: Terminal, sink: LineSink, by: 'process' | 'port' | null) {
    this.#setting = setting;
    this.#terminal = terminal;
    this.#sink = sink;
    this.#by = by;
    this.#style = createStyle(terminal.colour);
  }

  begin(): boolean {
    const { width } = this.#terminal;
    const { watch, slowOnly, slowerThanMs } = this.#setting;
    const slow = slowOnly ? `, only those that stay ${formatDuration(slowerThanMs)} or longer` : '';
    const how =
      watch.method === 'trace'
        ? `every passive close of this host by trace events${slow}`
        : `by looking every ${watch.everyMs} ms: no trace (${watch.why})${slow}`;
    const { strong, faint } = this.#style;
    const [first = '', ...more] = wrap(`closewait ${readVersion()}   ${how}`, width);
    const lines = [strong(first), ...more, ...watch.limits.flatMap((limit) => wrap(limit, width)).map(faint)];
    for (const line of [...lines, '', watchHead(this.#options())]) this.#line(line);
    return this.#sink.flush();
  }

  close(close: PassiveClose): void {
    const { slowOnly, slowerThanMs, watch } = this.#setting;
    if (slowOnly && close.stay.atLeastMs < slowerThanMs) return;
    if (this.#hasRoom(close)) this.#line(watchLine(close, watch.clock, this.#options()));
  }

  slowOpen(open: OpenClose, nowMs: number): void {
    if (this.#hasRoom(null)) this.#line(stillOpenLine(open, nowMs, this.#setting.watch.clock, this.#options()));
  }

  lost(events: number): void {
    this.#line(this.#style.alarm(`${formatCountOf(events, 'event')} lost: the buffer was full`));
  }

  flush(nowMs: number): boolean {
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.#second) this.#sayUnprinted();
    this.#second = second;
    if (this.#terminal.interactive && nowMs - this.#drawnMs >= SECOND_MS) this.#drawStatus(nowMs);
    return this.#sink.flush();
  }

  async end({ nowMs, stillOpen }: WatchEnd): Promise<void> {
    this.#sayUnprinted();
    const { unicode, colour, width } = this.#terminal;
    const { watch, tally } = this.#setting;
    for (const open of stillOpen.slice(0, LISTED_AT_END)) {
      this.#line(stillOpenLine(open, nowMs, watch.clock, this.#options()));
    }
    const rest = stillOpen.length - LISTED_AT_END;
    if (rest > 0) this.#line(`and ${formatCount(rest)} more still open: closewait ls`);
    if (this.#by !== null) {
      this.#line('');
      const by = this.#by === 'process' ? 'PROCESS' : 'PORT';
      for (const line of formatDistributions(tally.distributions(), { by, colour, unicode, width })) this.#line(line);
    }
    this.#line('');
    for (const line of footerLines(this.#setting, { nowMs, stillOpen }, this.#unprintedInAll, {
      unicode,
      colour,
      width,
    })) {
      this.#line(line);
    }
    await drain(this.#sink);
  }

  [Symbol.dispose](): void {
    this.#clearStatus();
    this.#sink[Symbol.dispose]();
  }

  #options(): WatchTextOptions {
    const { colour, unicode, width } = this.#terminal;
    return { colour, unicode, width, slowerThanMs: this.#setting.slowerThanMs };
  }

  /** Only a terminal's reader is a person; a file gets every line. */
  #hasRoom(close: PassiveClose | null): boolean {
    if (!this.#terminal.interactive || this.#printed < LINES_PER_SECOND) {
      this.#printed++;
      return true;
    }
    this.#unprinted++;
    const slowest = this.#slowestUnprinted;
    if (close !== null && (slowest === null || close.stay.atLeastMs > slowest.stay.atLeastMs)) {
      this.#slowestUnprinted = close;
    }
    return false;
  }

  #sayUnprinted(): void {
    if (this.#unprinted > 0) {
      const slowest = this.#slowestUnprinted;
      const how =
        slowest === null ? '' : `, the slowest ${formatShort(slowest.stay.atLeastMs, this.#terminal.unicode)}`;
      this.#line(this.#style.faint(`and ${formatCount(this.#unprinted)} more in this second${how}`));
    }
    this.#unprintedInAll += this.#unprinted;
    this.#unprinted = 0;
    this.#printed = 0;
    this.#slowestUnprinted = null;
  }

  #drawStatus(nowMs: number): void {
    const { watch, tally } = this.#setting;
    const oldestMs = watch.oldestMs();
    const since = oldestMs === null ? '' : `, the oldest for ${formatDuration(oldestMs)}`;
    const lost = tally.lostEvents === 0 ? '' : `   ${formatCount(tally.lostEvents)} lost`;
    const text = `${formatCount(watch.openCount)} in CLOSE-WAIT now${since}   ${formatCount(tally.closes)} closed${lost}   Ctrl-C ends`;
    this.#clearStatus();
    this.#sink.flush();
    this.#terminal.out(this.#style.faint(text.slice(0, this.#terminal.width - 1)));
    this.#hasStatus = true;
    this.#drawnMs = nowMs;
  }

  #clearStatus(): void {
    if (this.#hasStatus) this.#terminal.out(CLEAR_LINE);
    this.#hasStatus = false;
  }

  #line(line: string): void {
    this.#clearStatus();
    this.#sink.write(line);
  }
}
