/** A command line as it may be shown. */
export interface MaskedCommandLine {
  readonly cmdline: readonly string[];
  readonly maskedArguments: number;
}

/**
 * Leaves out the arguments after the first unless they are wanted: passwords and tokens stand there. The first one
 * names the program, or is the title that a server gives itself (`nginx: worker process`).
 */
export function maskArguments(commandLine: readonly string[], showArguments: boolean): MaskedCommandLine {
  if (showArguments || commandLine.length <= 1) return { cmdline: commandLine, maskedArguments: 0 };
  return { cmdline: commandLine.slice(0, 1), maskedArguments: commandLine.length - 1 };
}
