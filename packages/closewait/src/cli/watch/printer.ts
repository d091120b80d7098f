import type { OpenClose, PassiveClose } from '@closewait/core/events';
import type { CloseWatch } from './close-watch.ts';
import type { WatchTally } from './watch-tally.ts';

/** What the watch has come to when it ends. */
export interface WatchEnd {
  readonly nowMs: number;
  /** Those that are still in CLOSE-WAIT, the oldest first. */
  readonly stillOpen: readonly OpenClose[];
}

/** What a printer is made for. */
export interface PrinterSetting {
  readonly watch: CloseWatch;
  readonly tally: WatchTally;
  readonly slowerThanMs: number;
  /** Only closes that are slower than that are printed. */
  readonly slowOnly: boolean;
}

/** A way to show a watch. Each method answers false once nobody reads any more. */
export interface Printer extends Disposable {
  begin(): boolean;
  close(close: PassiveClose): void;
  /** It has been in CLOSE-WAIT for longer than asked, and still is. */
  slowOpen(open: OpenClose, nowMs: number): void;
  /** Events were lost. */
  lost(events: number, nowMs: number): void;
  /** After each step. */
  flush(nowMs: number): boolean;
  end(end: WatchEnd): Promise<void>;
}
