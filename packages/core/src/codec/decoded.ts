/** Where and why bytes are not what they were said to be. */
export interface CodecProblem {
  /** The structure or file, spelt as the kernel's header or path: `struct inet_diag_msg`, `/proc/PID/stat`. */
  readonly what: string;
  /** Bytes from the start of what the decoder was given; characters for text. */
  readonly offset: number;
  /** What the format demands there, as a noun phrase. */
  readonly expected: string;
  /** What is there. Text of the input is quoted, shortened and free of control characters. */
  readonly found: string;
}

/** What a decoder makes of untrusted bytes: a value, or a problem. Decoders never throw. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: CodecProblem };

/** Wraps a value that was decoded. */
export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

/** Says what is wrong with the bytes. */
export function problem(what: string, offset: number, expected: string, found: string): Decoded<never> {
  return { ok: false, problem: { what, offset, expected, found } };
}

/**
 * A problem as one line without control characters.
 *
 * @example
 * describeProblem({ what: 'struct nlmsghdr', offset: 32, expected: '16 bytes', found: '4' })
 * // 'struct nlmsghdr at offset 32: expected 16 bytes, found 4'
 */
export function describeProblem({ what, offset, expected, found }: CodecProblem): string {
  return `${what} at offset ${offset}: expected ${expected}, found ${found}`;
}

const QUOTED_CHARACTERS = 40;

/** Input as a problem may show it: at most 40 characters, quoted, everything but printable ASCII escaped. */
export function quoteInput(text: string): string {
  const shown = JSON.stringify(text.slice(0, QUOTED_CHARACTERS)).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > QUOTED_CHARACTERS ? `${shown} and ${text.length - QUOTED_CHARACTERS} more` : shown;
}
