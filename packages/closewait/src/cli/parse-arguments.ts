import { ClosewaitError } from '@closewait/core/facts';
import { Command as Commander, CommanderError, Option } from 'commander';
import type { Command, OptionSpec } from './command.ts';
import type { Request } from './plain-arguments.ts';
import { openTerminal } from './terminal.ts';
import { readVersion } from './version.ts';

/**
 * Parses every command line, with commander, and hands over what is asked for; nothing where that was help or the version,
 * which are printed.
 *
 * @throws ClosewaitError `usage` for arguments that cannot be used, and whatever `run` throws.
 */
export async function parseArguments(
  args: readonly string[],
  commands: readonly Command[],
  defaultName: string,
  run: (request: Request) => Promise<void>,
): Promise<void> {
  const program = configure(new Commander('closewait'))
    .description('Finds TCP connections stuck in CLOSE-WAIT, who holds them, for how long, and what is known of why.')
    .version(readVersion(), '--version', 'print the version')
    .option('--no-color', 'no colour; NO_COLOR in the environment does the same')
    .addHelpText('after', HELP_END);
  for (const command of commands) addCommand(program, command, command.name === defaultName, run);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode !== 0) throw toUsageError(cause);
  }
}

const HELP_END = `
Options of the report: closewait report --help
Exit codes: 0 nothing stuck, 1 findings, 2 usage, 3 could not look.
Only close and reap change anything, and only with --yes. Run as root to see every process and namespace.`;

/** Errors are thrown, not printed: main prints each failure in one way. */
function configure(command: Commander): Commander {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => undefined, writeOut: (text) => openTerminal(true).out(text) })
    .helpCommand(false)
    .showSuggestionAfterError(true);
}

function addCommand(
  program: Commander,
  spec: Command,
  isDefault: boolean,
  run: (request: Request) => Promise<void>,
): void {
  const command = configure(program.command(spec.name, { isDefault }))
    .description(spec.says)
    .option('--no-color', 'no colour; NO_COLOR in the environment does the same');
  if (spec.operands === undefined) command.allowExcessArguments(false);
  else command.argument(spec.operands.spec, spec.operands.says);
  for (const option of spec.options) command.addOption(toOption(option));
  if (spec.examples !== undefined) command.addHelpText('after', `\nExamples:\n  ${spec.examples.join('\n  ')}`);
  for (const below of spec.commands ?? []) addCommand(command, below, false, run);
  command.action(() => run({ command: spec, operands: command.args, options: command.optsWithGlobals() }));
}

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.says);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.parse !== undefined) option.argParser(spec.parse);
  if (spec.default !== undefined) option.default(spec.default.value, spec.default.says);
  if (spec.required === true) option.makeOptionMandatory();
  return option;
}

/** Commander's message without its prefix and line breaks, as one line. */
function toUsageError({ message }: CommanderError): ClosewaitError {
  const line = message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
  return new ClosewaitError('usage', line, { hint: 'closewait --help' });
}
