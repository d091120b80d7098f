import type { Command, OptionSpec } from './command.ts';

/** What a command line asks for: commander's `args` and `optsWithGlobals()`. */
export interface Request {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Options that every command has, and what they are without. */
const OF_ALL: OptionSpec = { flags: '--no-color', says: '' };

/**
 * Reads the plain command lines, which nearly all are: long options written out, each with its value as the next argument. Null
 * for every other, and for whatever is wrong: commander then reads it, or says what is wrong. Where this answers, it answers
 * what commander would (plain-arguments.test.ts), 5 ms earlier: that is what loading and filling commander takes of a report's 40.
 */
export function readPlainArguments(
  args: readonly string[],
  commands: readonly Command[],
  defaultName: string,
): Request | null {
  const [first] = args;
  const named = commands.find(({ name }) => name === first);
  const command = named ?? commands.find(({ name }) => name === defaultName);
  if (command === undefined || command.commands !== undefined) return null;
  const specs = new Map([OF_ALL, ...command.options].map((spec) => [spec.flags.split(' ')[0] ?? '', spec]));
  if ([...specs.values()].some(isBeyondPlain)) return null;

  const options: Record<string, unknown> = {};
  for (const spec of specs.values()) Object.assign(options, whatItIsWithout(spec));
  const operands: string[] = [];
  for (let at = named === undefined ? 0 : 1; at < args.length; at++) {
    const arg = args[at] ?? '';
    const spec = specs.get(arg);
    if (spec === undefined) {
      if (command.operands === undefined || !isOperand(arg) || commands.some(({ name }) => name === arg)) return null;
      operands.push(arg);
    } else if (!spec.flags.includes('<')) {
      options[nameOf(spec)] = !isNegative(spec);
    } else {
      const text = args[++at];
      if (text === undefined || text.startsWith('-')) return null;
      const value = readValue(spec, text);
      if (value === REFUSED) return null;
      options[nameOf(spec)] = value;
    }
  }
  return { command, operands, options };
}

/** What commander must read: a short form, a list of words, an option that must be given, a value that may be left out. */
function isBeyondPlain({ flags, choices, required }: OptionSpec): boolean {
  return choices !== undefined || required === true || !/^--[\w-]+(?: <\w+>)?$/.test(flags);
}

/** Nothing that could be an option, or the end of them. */
function isOperand(text: string): boolean {
  return text !== '' && !text.startsWith('-');
}

function isNegative({ flags }: OptionSpec): boolean {
  return flags.startsWith('--no-');
}

/** `--no-all-namespaces` is `allNamespaces`. */
function nameOf({ flags }: OptionSpec): string {
  const [long = ''] = flags.split(' ');
  return long.replace(/^--(?:no-)?/, '').replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}

function whatItIsWithout(spec: OptionSpec): Record<string, unknown> {
  if (isNegative(spec)) return { [nameOf(spec)]: true };
  return spec.default === undefined ? {} : { [nameOf(spec)]: spec.default.value };
}

const REFUSED: unique symbol = Symbol('refused');

function readValue({ parse }: OptionSpec, text: string): unknown {
  try {
    return parse === undefined ? text : parse(text);
  } catch {
    // Commander meets the same error, after the ones that come before it.
    return REFUSED;
  }
}
