import { isOutputWritten, openTerminal } from './terminal.ts';
import { readVersion } from './version.ts';

/**
 * Runs the command line of this process, whatever happens: failures become one line and an exit code. It imports next to
 * nothing, because every command pays for that; each thing is imported where it is needed.
 */
export async function runMain(): Promise<void> {
  const args = process.argv.slice(2);
  try {
    process.exitCode = await run(args);
  } catch (cause) {
    const { explainFailure } = await import('./explain-failure.ts');
    const { says, exitCode } = explainFailure(cause);
    openTerminal(true).err(says);
    process.exitCode = exitCode;
  }
  // Otherwise Node.js first takes its heap apart: 3 ms after a look at 95,000 sockets. What runs at the exit still does.
  if (isOutputWritten()) process.exit();
}

async function run(args: readonly string[]): Promise<number> {
  // What commander would answer (start-up.test.ts) to the question that scripts and package managers ask.
  if (args.length === 1 && args[0] === '--version') {
    openTerminal(true).out(`${readVersion()}\n`);
    return 0;
  }
  const { runProgram } = await import('./program.ts');
  return runProgram(args);
}
