import { setTimeout as delay } from 'node:timers/promises';
import { formatStates, type StatesDocument } from '@closewait/core/draw';
import { safeJson } from '@closewait/core/report';
import { openScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

/** What is watched, and how. */
export interface StatesWatch {
  readonly look: () => Promise<StatesDocument>;
  readonly intervalMs: number;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Looks again and again until it is interrupted, or nobody reads any more. */
export async function watchStates(watch: StatesWatch): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end);
  try {
    await (watch.terminal.interactive && !watch.json ? watchOnScreen(watch, ended) : printEach(watch, ended.signal));
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end);
  }
}

const QUIT_KEYS: readonly string[] = ['q', 'Q', '\u0003', '\u0004'];

async function watchOnScreen({ look, intervalMs, terminal }: StatesWatch, ended: AbortController): Promise<void> {
  let before: StatesDocument | null = null;
  let now = await look();
  using screen = openScreen(terminal);
  const draw = (): void => {
    const { colour, unicode, width, height } = terminal;
    const aside = `${now.takenAt.slice(11, 19)} UTC   q quits`;
    screen.draw(formatStates(now, { colour, unicode, width, height, before: before?.counts ?? null, aside }));
  };
  screen.onKey((keys) => {
    if ([...keys].some((key) => QUIT_KEYS.includes(key))) ended.abort();
  });
  screen.onRedraw(draw);
  draw();
  while (await waited(intervalMs, ended.signal)) {
    [before, now] = [now, await look()];
    draw();
  }
}

/** For a file or a program: a document, or a block, each time. */
async function printEach({ look, intervalMs, json, terminal }: StatesWatch, signal: AbortSignal): Promise<void> {
  let before: StatesDocument | null = null;
  do {
    const now = await look();
    const { colour, unicode, width } = terminal;
    const options = { colour, unicode, width, height: null, before: before?.counts ?? null, aside: now.takenAt };
    const text = json ? safeJson(now) : `${formatStates(now, options).join('\n')}\n`;
    if (!terminal.out(`${text}\n`)) return;
    before = now;
  } while (await waited(intervalMs, signal));
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
