import { OutputFile } from './output-file.ts';

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
  /**
   * Writes to standard output: text, or bytes, which may be overwritten afterwards. False once nobody reads any more
   * (`closewait ls | head`): stop then.
   */
  out(text: string | Uint8Array): boolean;
  /** Writes to standard error. */
  err(text: string): void;
}

const WIDTH_WITHOUT_TERMINAL = 80;

const output = new OutputFile(1);
const errors = new OutputFile(2);

/** The process's own terminal. Colour needs a terminal and neither NO_COLOR (no-color.org) nor TERM=dumb. */
export function openTerminal(noColour: boolean): Terminal {
  const isDumb = process.env['TERM'] === 'dumb';
  const forbidden = (process.env['NO_COLOR'] ?? '') !== '' || isDumb;
  return {
    get interactive() {
      return output.terminal !== null;
    },
    get watched() {
      return !isDumb && errors.terminal !== null;
    },
    get colour() {
      return !noColour && !forbidden && output.terminal !== null;
    },
    unicode: isUtf8(process.env),
    get width() {
      return output.terminal?.columns ?? WIDTH_WITHOUT_TERMINAL;
    },
    get height() {
      return output.terminal?.rows ?? null;
    },
    out: (text) => output.write(text),
    err: (text) => {
      errors.write(text);
    },
  };
}

/** Whether the process may end at once, and nothing of its output is lost. */
export function isOutputWritten(): boolean {
  return output.isWritten && errors.isWritten;
}

/** The locale's character set: the first of these that is set and not empty decides (POSIX.1-2024, XBD 8.2). */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return /\.utf-?8(?:@|$)/i.test(locale ?? '');
}
