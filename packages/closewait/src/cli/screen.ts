import type { Terminal } from './terminal.ts';

/** A full-screen view of the terminal, from the moment it is opened until it is disposed of. */
export interface Screen extends Disposable {
  /** Draws the lines over what is there. */
  draw(lines: readonly string[]): void;
  /** What the terminal tells meanwhile: keys, a new size, that it is back from a stop. */
  readonly onKey: (listener: (key: string) => void) => void;
  readonly onRedraw: (listener: () => void) => void;
}

// DEC private modes of xterm: 1049 the alternate screen, 25 the cursor, 7 the wrapping of long lines.
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
// Before a line and not behind it: there the cursor may stand on the last letter.
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

const STOP_KEY = '\u001a';

/** Takes the terminal over. Whatever happens, it is given back: on disposal, at the end of the process, and for a stop. */
export function openScreen(terminal: Terminal): Screen {
  const { stdin, stdout } = process;
  const keys: ((key: string) => void)[] = [];
  const redraws: (() => void)[] = [];
  const reads = stdin.isTTY;
  let entered = false;

  const enter = (): void => {
    if (entered) return;
    entered = true;
    if (reads) stdin.setRawMode(true);
    terminal.out(ENTER);
  };
  const leave = (): void => {
    if (!entered) return;
    entered = false;
    if (reads) stdin.setRawMode(false);
    terminal.out(LEAVE);
  };
  const redraw = (): void => {
    for (const listener of redraws) listener();
  };
  const stop = (): void => {
    leave();
    process.kill(process.pid, 'SIGSTOP');
  };
  const goOn = (): void => {
    enter();
    redraw();
  };
  const readKey = (key: string): void => {
    // In raw mode the terminal makes no signal of it.
    if (key === STOP_KEY) stop();
    else for (const listener of keys) listener(key);
  };

  process.on('exit', leave).on('SIGTSTP', stop).on('SIGCONT', goOn);
  stdout.on('resize', redraw);
  if (reads) stdin.setEncoding('utf8').on('data', readKey);
  enter();
  return {
    draw: (lines) => {
      // A line break in the last row would scroll.
      const below = lines.length < (terminal.height ?? 0) ? `\r\n${CLEAR_BELOW}` : '';
      terminal.out(`${HOME}${lines.map((line) => `${CLEAR_LINE}${line}`).join('\r\n')}${below}`);
    },
    onKey: (listener) => void keys.push(listener),
    onRedraw: (listener) => void redraws.push(listener),
    [Symbol.dispose]: () => {
      leave();
      process.off('exit', leave).off('SIGTSTP', stop).off('SIGCONT', goOn);
      stdout.off('resize', redraw);
      if (reads) stdin.off('data', readKey).pause();
    },
  };
}
