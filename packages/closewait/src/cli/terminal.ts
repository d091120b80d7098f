/** Where a command writes, and how. The only place that reads the environment. */
export interface Terminal {
  /** Whether a person reads the output; otherwise it goes to a file or a program. */
  readonly interactive: boolean;
  /** Whether a person watches standard error, where the progress of long work is drawn. */
  readonly watched: boolean;
  readonly colour: boolean;
  /** Whether it shows more than ASCII: the character set of the locale is UTF-8. */
  readonly unicode: boolean;
  /** Columns now; 80 where the output is no terminal. */
  readonly width: number;
  /** Rows now; null where the output is no terminal. */
  readonly height: number | null;
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
    unicode: isUtf8(process.env),
    get width() {
      return stdout.columns ?? WIDTH_WITHOUT_TERMINAL;
    },
    get height() {
      return stdout.isTTY ? stdout.rows : null;
    },
    out(text) {
      if (!readerLeft && !stdout.destroyed) stdout.write(text);
      return !readerLeft && !stdout.destroyed;
    },
    err(text) {
      stderr.write(text);
    },
  };
}

/** The locale's character set: the first of these that is set and not empty decides (POSIX.1-2024, XBD 8.2). */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return /\.utf-?8(?:@|$)/i.test(locale ?? '');
}
