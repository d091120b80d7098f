import { setTimeout as delay } from 'node:timers/promises';
import type { CloseWatch, WatchStep } from './close-watch.ts';
import type { Printer } from './printer.ts';
import type { SelectsClose } from './select-closes.ts';
import type { WatchTally } from './watch-tally.ts';

/** Often enough to be read live; a buffer of the default size holds more than a second of 100,000 transitions. */
const STEP_MS = 100;
/** In how many steps one is looked for that has become slow. */
const STEPS_PER_SLOW_LOOK = 5;

/** A watch and what is done with it. */
export interface RunWatch {
  readonly watch: CloseWatch;
  readonly tally: WatchTally;
  readonly printer: Printer;
  readonly selects: SelectsClose;
  readonly slowerThanMs: number;
}

/**
 * Watches until it is told to end or nobody reads any more. The answer: how many connections have stayed for longer than
 * asked, those included that still do.
 */
export async function runWatch(run: RunWatch, signal: AbortSignal): Promise<number> {
  const { watch, tally, printer, selects, slowerThanMs } = run;
  let isRead = printer.begin();
  for (let steps = 0; isRead && (await waited(STEP_MS, signal)); steps++) {
    const step = await watch.step();
    take(run, step);
    if (steps % STEPS_PER_SLOW_LOOK === 0) tellSlow(run, step.nowMs);
    isRead = printer.flush(step.nowMs);
  }
  const last = await watch.finish();
  take(run, last);
  const stillOpen = [...watch.open(0)].filter(selects);
  if (isRead) await printer.end({ nowMs: last.nowMs, stillOpen });
  return tally.slow + stillOpen.filter(({ stay }) => stay.atLeastMs >= slowerThanMs).length;
}

function take({ tally, printer, selects }: RunWatch, { closes, lost, nowMs }: WatchStep): void {
  tally.lostEvents += lost;
  if (lost > 0) printer.lost(lost, nowMs);
  for (const close of closes) {
    if (!selects(close)) continue;
    tally.add(close);
    printer.close(close);
  }
}

/** A leak never ends: that a connection has become slow is told while it lasts. */
function tellSlow({ watch, printer, selects, slowerThanMs }: RunWatch, nowMs: number): void {
  for (const open of watch.takeOlder(slowerThanMs)) if (selects(open)) printer.slowOpen(open, nowMs);
}

/** False once it is over. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (cause) {
    if (signal.aborted) return false;
    throw cause;
  }
}
