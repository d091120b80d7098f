/**
 * Every way in which closewait stops, with the exit code of the command.
 *
 * - `usage` (2): an option, selector, expression, state or file that cannot be used as given.
 * - `cannot-look` (3): the kernel did not let the program look at all.
 * - `internal` (70, EX_SOFTWARE of sysexits.h): a defect of this program.
 */
export const EXIT_CODE_OF = { usage: 2, 'cannot-look': 3, internal: 70 } as const;

/** A class of failures, see {@link EXIT_CODE_OF}. */
export type ErrorCode = keyof typeof EXIT_CODE_OF;

/** What can be told about a failure beside its sentence. */
export interface ErrorParts {
  /** The system call or step that failed, for example `setns`. */
  readonly op?: string;
  /** The kernel's error name, for example `EPERM`. */
  readonly errno?: string;
  /** The next command or action for the user. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class of the project: an operation, its object, what was answered, and what to do. */
export class ClosewaitError extends Error {
  override readonly name = 'ClosewaitError';
  readonly code: ErrorCode;
  readonly op: string | undefined;
  readonly errno: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.op = parts.op;
    this.errno = parts.errno;
    this.hint = parts.hint;
  }

  /** The exit code of the command that ends with this error. */
  get exitCode(): number {
    return EXIT_CODE_OF[this.code];
  }
}
