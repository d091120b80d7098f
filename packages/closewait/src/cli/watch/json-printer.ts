import {
  buildClose,
  buildStillOpen,
  instant,
  type OpenClose,
  type PassiveClose,
  WATCH_SCHEMA_ID,
  type WatchDocument,
} from '@closewait/core/events';
import { safeJson } from '@closewait/core/report';
import { drain, type LineSink } from './line-sink.ts';
import type { Printer, PrinterSetting, WatchEnd } from './printer.ts';

const SECOND_MS = 1000;

/** One document a line. */
export class JsonPrinter implements Printer {
  readonly #setting: PrinterSetting;
  readonly #sink: LineSink;
  #lostLines = 0;
  #saidLines = 0;
  #lostEvents = 0;
  #saidMs = 0;

  constructor(setting: PrinterSetting, sink: LineSink) {
    this.#setting = setting;
    this.#sink = sink;
  }

  begin(): boolean {
    const { watch, slowerThanMs } = this.#setting;
    const { method, why, everyMs, limits } = watch;
    this.#write({
      schema: WATCH_SCHEMA_ID,
      kind: 'started',
      at: instant(watch.clock, 0),
      method,
      why,
      everyMs,
      slowerThanMs,
      limits,
    });
    return this.#sink.flush();
  }

  close(close: PassiveClose): void {
    const { slowOnly, slowerThanMs, watch } = this.#setting;
    if (!slowOnly || close.stay.atLeastMs >= slowerThanMs) this.#write(buildClose(close, watch.clock));
  }

  slowOpen(open: OpenClose, nowMs: number): void {
    this.#write(buildStillOpen(open, nowMs, false, this.#setting.watch.clock));
  }

  lost(events: number): void {
    this.#lostEvents += events;
  }

  flush(nowMs: number): boolean {
    if (nowMs - this.#saidMs >= SECOND_MS) this.#sayLosses(nowMs);
    return this.#sink.flush();
  }

  async end({ nowMs, stillOpen }: WatchEnd): Promise<void> {
    for (const open of stillOpen) this.#write(buildStillOpen(open, nowMs, true, this.#setting.watch.clock));
    await drain(this.#sink);
    this.#sayLosses(nowMs);
    this.#write(this.#summary(nowMs, stillOpen));
    await drain(this.#sink);
  }

  [Symbol.dispose](): void {
    this.#sink[Symbol.dispose]();
  }

  #sayLosses(nowMs: number): void {
    const lines = this.#lostLines - this.#saidLines;
    if (lines === 0 && this.#lostEvents === 0) return;
    const at = instant(this.#setting.watch.clock, nowMs);
    if (!this.#write({ schema: WATCH_SCHEMA_ID, kind: 'losses', at, events: this.#lostEvents, lines })) return;
    this.#saidMs = nowMs;
    this.#saidLines += lines;
    this.#lostEvents = 0;
  }

  #summary(nowMs: number, stillOpen: readonly OpenClose[]): WatchDocument {
    const { watch, tally, slowerThanMs } = this.#setting;
    return {
      schema: WATCH_SCHEMA_ID,
      kind: 'summary',
      at: instant(watch.clock, nowMs),
      watchedMs: Math.round(nowMs),
      closes: tally.closes,
      byEnding: tally.byEnding,
      slow: tally.slow,
      stillOpen: stillOpen.length,
      stillOpenSlow: stillOpen.filter(({ stay }) => stay.atLeastMs >= slowerThanMs).length,
      slowestMs: tally.slowest === null ? null : Math.round(tally.slowest.stay.atLeastMs * 1000) / 1000,
      lostEvents: tally.lostEvents,
      lostLines: this.#lostLines,
      endsLost: watch.endsLost,
      startsMissing: watch.startsMissing,
      bufferKilobytes: watch.buffer?.kilobytes ?? null,
      processors: watch.buffer?.processors ?? null,
      distributions: tally.distributions().map(({ bars: _, ...row }) => row),
    };
  }

  #write(document: WatchDocument): boolean {
    const isWritten = this.#sink.write(safeJson(document));
    if (!isWritten) this.#lostLines++;
    return isWritten;
  }
}
