import { COMMANDS, DEFAULT_COMMAND } from './commands/index.ts';
import { type Request, readPlainArguments } from './plain-arguments.ts';
import { openTerminal } from './terminal.ts';

/**
 * Reads the arguments, runs the command and answers its exit code.
 *
 * @throws ClosewaitError `usage` for arguments that cannot be used, and whatever the command throws.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const plain = readPlainArguments(args, COMMANDS, DEFAULT_COMMAND);
  if (plain !== null) return runCommand(plain);
  const { parseArguments } = await import('./parse-arguments.ts');
  let exitCode = 0;
  await parseArguments(args, COMMANDS, DEFAULT_COMMAND, async (request) => {
    exitCode = await runCommand(request);
  });
  return exitCode;
}

async function runCommand({ command, operands, options }: Request): Promise<number> {
  const { run } = await command.load();
  return run({ operands, options, terminal: openTerminal(options['color'] === false) });
}
