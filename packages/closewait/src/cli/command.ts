import type { Terminal } from './terminal.ts';

/** An option of a command, as commander spells it: `-o, --output <file>`. */
export interface OptionSpec {
  readonly flags: string;
  readonly says: string;
  /** Reads the value; throws ClosewaitError `usage` for one that cannot be used. */
  readonly parse?: (text: string) => unknown;
  readonly default?: { readonly value: unknown; readonly says: string };
  /** The words that it takes, where these are all. */
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

/** What a command gets: its operands and options by their long names in camel case. */
export interface Invocation {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly terminal: Terminal;
}

/** Runs a command; the answer is the exit code: 0 nothing stuck, 1 findings. */
export type Handler = (invocation: Invocation) => number | Promise<number>;

/** A command as data. `load` imports its code, so that no command pays for another. */
export interface Command {
  readonly name: string;
  readonly says: string;
  /** As commander spells it: `[selectors...]`. */
  readonly operands?: { readonly spec: string; readonly says: string };
  readonly options: readonly OptionSpec[];
  readonly examples?: readonly string[];
  /** Commands below this one: `closewait lab model`. What names none of them runs this one. */
  readonly commands?: readonly Command[];
  readonly load: () => Promise<{ readonly run: Handler }>;
}
