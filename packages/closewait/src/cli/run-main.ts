import { isOutputWritten, openTerminal } from './terminal.ts';
import { readVersion } from './version.ts';

/**
 * Runs the command line of this process. It imports next to nothing, because every command pays for that; each thing is
 * imported where it is needed.
 */
export async function runMain(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (cause) {
    // Not even the program could be loaded. Node's own exit code for it is 1, which here means findings.
    const trace = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    openTerminal(true).err(`closewait: cannot start\n${trace}\n`);
    process.exitCode = EXIT_CODE_OF_DEFECT;
  }
  // Otherwise Node.js first takes its heap apart: 3 ms after a look at 95,000 sockets. What runs at the exit still does.
  if (isOutputWritten()) process.exit();
}

/** EX_SOFTWARE of sysexits.h, as `internal` of EXIT_CODE_OF. */
const EXIT_CODE_OF_DEFECT = 70;

async function run(args: readonly string[]): Promise<number> {
  // What commander would answer (start-up.test.ts) to the question that scripts and package managers ask.
  if (args.length === 1 && args[0] === '--version') {
    openTerminal(true).out(`${readVersion()}\n`);
    return 0;
  }
  const { runProgram } = await import('./program.ts');
  return runProgram(args);
}
