import { formatDistributions } from '@closewait/core/events';
import { createStyle, formatCount, formatDuration } from '@closewait/core/report';
import { openScreen, type Screen } from '../screen.ts';
import type { Terminal } from '../terminal.ts';
import { readVersion } from '../version.ts';
import type { LineSink } from './line-sink.ts';
import type { Printer, PrinterSetting, WatchEnd } from './printer.ts';
import { TextPrinter } from './text-printer.ts';

const SECOND_MS = 1000;
const QUIT_KEYS: readonly string[] = ['q', 'Q', '\u0003', '\u0004'];
/** Lines around the table. */
const FRAME_LINES = 3;

/** The distribution on the whole screen, drawn each second; at the end it stays as text. */
export class HistogramPrinter implements Printer {
  readonly #setting: PrinterSetting;
  readonly #terminal: Terminal;
  readonly #by: 'process' | 'port';
  readonly #sink: LineSink;
  readonly #screen: Screen;
  #isOpen = true;
  #nowMs = 0;
  #drawnMs = -SECOND_MS;

  constructor(setting: PrinterSetting, terminal: Terminal, sink: LineSink, by: 'process' | 'port', quit: () => void) {
    this.#setting = setting;
    this.#terminal = terminal;
    this.#sink = sink;
    this.#by = by;
    this.#screen = openScreen(terminal);
    this.#screen.onKey((keys) => {
      if ([...keys].some((key) => QUIT_KEYS.includes(key))) quit();
    });
    this.#screen.onRedraw(() => this.#draw());
  }

  begin(): boolean {
    this.#draw();
    return true;
  }

  close(): void {
    // What the table shows is counted by the tally.
  }

  slowOpen(): void {
    // The same.
  }

  lost(): void {
    // The same: the head says it.
  }

  flush(nowMs: number): boolean {
    this.#nowMs = nowMs;
    if (nowMs - this.#drawnMs < SECOND_MS) return true;
    this.#drawnMs = nowMs;
    this.#draw();
    return true;
  }

  async end(end: WatchEnd): Promise<void> {
    this.#leave();
    const printer = new TextPrinter({ ...this.#setting, slowOnly: true }, this.#terminal, this.#sink, this.#by);
    await printer.end(end);
  }

  [Symbol.dispose](): void {
    this.#leave();
    this.#sink[Symbol.dispose]();
  }

  #leave(): void {
    if (this.#isOpen) this.#screen[Symbol.dispose]();
    this.#isOpen = false;
  }

  #draw(): void {
    const { width, height, colour, unicode } = this.#terminal;
    const { watch, tally } = this.#setting;
    const style = createStyle(colour);
    const oldestMs = watch.oldestMs();
    const since = oldestMs === null ? '' : `, the oldest for ${formatDuration(oldestMs)}`;
    const lost = tally.lostEvents === 0 ? '' : style.alarm(`   ${formatCount(tally.lostEvents)} events lost`);
    const rows = tally.distributions().slice(0, Math.max(1, (height ?? 24) - FRAME_LINES - 1));
    const by = this.#by === 'process' ? 'PROCESS' : 'PORT';
    this.#screen.draw([
      `${style.strong(`closewait ${readVersion()}`)}   ${formatCount(tally.closes)} passive closes in ${formatDuration(this.#nowMs)}${lost}   q quits`,
      style.faint(`${formatCount(watch.openCount)} in CLOSE-WAIT now${since}`),
      '',
      ...formatDistributions(rows, { by, colour, unicode, width }),
    ]);
  }
}
