import type { Terminal } from './terminal.ts';

/** How far long work has come, on standard error, where a person watches; nothing otherwise. */
export interface Progress extends Disposable {
  /** `says` what is being done, `done` of the total. */
  readonly show: (done: number, says: string) => void;
}

const BAR_COLUMNS = 24;
/** Between two drawings: a person sees no more, and drawing costs. */
const REDRAW_MS = 80;
const CLEAR_LINE = '\r\u001b[K';

/** Draws one line that is drawn over and over, and cleared at the end. */
export function showProgress(terminal: Terminal, total: number): Progress {
  if (!terminal.watched) return { show: () => undefined, [Symbol.dispose]: () => undefined };
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    show(done, says) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS) return;
      drawnMs = nowMs;
      const filled = Math.round((Math.min(done, total) / Math.max(1, total)) * BAR_COLUMNS);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
      const line = `${bar} ${done} of ${total}  ${says}`;
      terminal.err(`${CLEAR_LINE}${[...line].slice(0, terminal.width - 1).join('')}`);
    },
    [Symbol.dispose]: () => terminal.err(CLEAR_LINE),
  };
}
