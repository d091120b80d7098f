import { COMMANDS, DEFAULT_COMMAND } from './commands/index.ts';
import { explainFailure } from './explain-failure.ts';
import { type Request, readPlainArguments } from './plain-arguments.ts';
import { openTerminal } from './terminal.ts';

/**
 * Reads the arguments, runs the command and answers its exit code; a failure becomes one line. What says so is loaded before
 * anything can fail: where descriptors have run out, nothing can be loaded any more.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    return await runArguments(args);
  } catch (cause) {
    const { says, exitCode } = explainFailure(cause);
    openTerminal(true).err(says);
    return exitCode;
  }
}

async function runArguments(args: readonly string[]): Promise<number> {
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
