/** Where a command writes, and how. The only place that reads the environment. */
export interface Terminal {
  /** Whether a person reads the output; otherwise it goes to a file or a program. */
  readonly interactive: boolean;
  /** Whether a person watches standard error, where the progress of long work is drawn. */
  readonly watched: boolean;
  readonly colour: boolean;
  /** Columns; 80 where the output is no terminal. */
  readonly width: number;
  /** Writes to standard output. False once nobody reads any more (`closewait ls | head`): stop then. */
  out(text: string): boolean;
  /** Writes to standard error. */
  err(text: string): void;
}

const WIDTH_WITHOUT_TERMINAL = 80;

/** The process's own terminal. Colour needs a terminal and neither NO_COLOR (no-color.org) nor TERM=dumb. */
export function openTerminal(noColour: boolean): Terminal {
  const { stdout, stderr } = process;
  let readerLeft = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    readerLeft = true;
  });
  const forbidden = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb';
  return {
    interactive: stdout.isTTY,
    watched: stderr.isTTY && process.env['TERM'] !== 'dumb',
    colour: !noColour && !forbidden && stdout.isTTY,
    width: stdout.columns ?? WIDTH_WITHOUT_TERMINAL,
    out(text) {
      if (!readerLeft && !stdout.destroyed) stdout.write(text);
      return !readerLeft && !stdout.destroyed;
    },
    err(text) {
      stderr.write(text);
    },
  };
}
