import { render } from 'ink';
import { createElement } from 'react';
import { AlternateScreen } from './alternate-screen.ts';
import { keepLooking, keepPaging } from './keep-looking.ts';
import type { ReadSelector } from './model/filter.ts';
import type { HostWatch } from './model/host-watch.ts';
import { type Size, startState } from './model/state.ts';
import { TopStore } from './store.ts';
import { TopScreen } from './top-screen.ts';
import type { Act } from './view/close-view.ts';
import { createPalette } from './view/palette.ts';

/** What the full-screen view needs. */
export interface TopOptions {
  readonly watch: HostWatch;
  /** Between the beginnings of two looks. Milliseconds. */
  readonly intervalMs: number;
  readonly colour: boolean;
  readonly unicode: boolean;
  readonly readSelector: ReadSelector;
  /** Ends connections; absent: the close dialogue is a dry run. */
  readonly act?: Act;
  /** Gets the time that each drawing took, for measurements. Milliseconds. */
  readonly onDrawn?: (ms: number) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const TICK_MS = 1000;

/**
 * Takes the terminal until somebody quits, or a signal ends it. The terminal is given back whatever happens.
 *
 * @throws what a defect throws, after the terminal is as it was.
 */
export async function runTop({
  watch,
  intervalMs,
  colour,
  unicode,
  readSelector,
  act,
  onDrawn,
}: TopOptions): Promise<void> {
  const { recording } = watch;
  const store = new TopStore(startState({ size: sizeOf(), nowMs: Date.now(), recording, intervalMs }), readSelector);
  const resize = (): void => store.dispatch({ type: 'resized', size: sizeOf() });
  const end = (): void => store.dispatch({ type: 'ended' });
  const stop = (): void => store.dispatch({ type: 'key', key: 'ctrl-z' });
  const tick = setInterval(() => store.dispatch({ type: 'ticked', nowMs: Date.now() }), TICK_MS);
  // Before Ink's own listener: it is to draw the new size.
  process.stdout.on('resize', resize);
  for (const signal of SIGNALS) process.on(signal, end);
  process.on('SIGTSTP', stop);
  using alternate = new AlternateScreen();
  const screen = createElement(TopScreen, {
    store,
    alternate,
    palette: createPalette({ colour, unicode }),
    ...(act === undefined ? {} : { act }),
  });
  const app = render(screen, {
    // Also where CI is set: whoever asks for a screen has one.
    interactive: true,
    incrementalRendering: true,
    // Ctrl-C is a key like q, so that there is one way out.
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
    ...(onDrawn === undefined ? {} : { onRender: ({ renderTime }) => onDrawn(renderTime) }),
  });
  try {
    await Promise.race([app.waitUntilExit(), work(store, watch)]);
  } finally {
    end();
    app.unmount();
    clearInterval(tick);
    process.stdout.off('resize', resize);
    for (const signal of SIGNALS) process.off(signal, end);
    process.off('SIGTSTP', stop);
  }
  await app.waitUntilExit();
}

/** Ends by a defect alone, never before the screen. */
async function work(store: TopStore, watch: HostWatch): Promise<void> {
  await Promise.all([keepLooking(store, watch), keepPaging(store, watch)]);
  await store.until(({ isOver }) => isOver);
}

function sizeOf(): Size {
  const { columns, rows } = process.stdout;
  return { columns: Math.max(1, columns), rows: Math.max(1, rows) };
}
