/** A command line as it may be shown. */
export interface MaskedCommandLine {
  readonly cmdline: readonly string[];
  readonly maskedArguments: number;
}

/** What a recording without arguments holds in the place of each. */
const MASKED = '…';

/**
 * Leaves out the arguments after the first unless they are wanted: passwords and tokens stand there. The first one
 * names the program, or is the title that a server gives itself (`nginx: worker process`). What a recording has
 * masked stays masked.
 */
export function maskArguments(commandLine: readonly string[], showArguments: boolean): MaskedCommandLine {
  const [program, ...others] = commandLine;
  if (program === undefined || others.length === 0) return { cmdline: commandLine, maskedArguments: 0 };
  if (showArguments && others.some((argument) => argument !== MASKED)) {
    return { cmdline: commandLine, maskedArguments: 0 };
  }
  return { cmdline: [program], maskedArguments: others.length };
}
