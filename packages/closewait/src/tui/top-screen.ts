import { once } from 'node:events';
import { Box, Text, useApp, useInput } from 'ink';
import { createElement, type ReactElement, useEffect, useSyncExternalStore } from 'react';
import type { AlternateScreen } from './alternate-screen.ts';
import { keyNames } from './key-names.ts';
import type { TopStore } from './store.ts';
import type { Act } from './view/close-view.ts';
import { drawScreen } from './view/draw-screen.ts';
import type { Palette } from './view/palette.ts';

/** What the screens are drawn from, and how. */
export interface TopScreenProps {
  readonly store: TopStore;
  readonly alternate: Pick<AlternateScreen, 'enter' | 'leave'>;
  readonly palette: Palette;
  /** Absent: the close dialogue is a dry run and nothing more. */
  readonly act?: Act;
}

/** The whole terminal, a line of text for each row. */
export function TopScreen({ store, alternate, palette, act }: TopScreenProps): ReactElement {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const { exit, suspendTerminal } = useApp();
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.dispatch({ type: 'key', key: name });
  });
  const { isOver, wantsStop, size } = state;
  useEffect(() => {
    if (isOver) exit();
  }, [isOver, exit]);
  useEffect(() => {
    if (!wantsStop) return;
    void suspendTerminal(() => stopUntilContinued(alternate)).then(() => store.dispatch({ type: 'stopped' }));
  }, [wantsStop, suspendTerminal, store, alternate]);
  const lines = drawScreen(state, palette, act);
  return createElement(
    Box,
    { flexDirection: 'column', width: size.columns, height: size.rows, overflow: 'hidden' },
    // Lines fit already; Ink must not break one that it measures otherwise.
    lines.map((line, row) => createElement(Text, { key: row, wrap: 'truncate' }, line === '' ? ' ' : line)),
  );
}

/** As Ctrl-Z does where the terminal is not in raw mode: the shell gets it, and `fg` comes back here. */
async function stopUntilContinued(alternate: TopScreenProps['alternate']): Promise<void> {
  alternate.leave();
  const continued = once(process, 'SIGCONT');
  process.kill(process.pid, 'SIGSTOP');
  await continued;
  alternate.enter();
}
