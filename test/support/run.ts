import { execFile } from 'node:child_process';

/** A command that has ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface RunOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 30 s; the command is then killed and the promise rejects. */
  readonly deadlineMs?: number;
}

/** `ss` prints some 200 bytes for a connection. */
const MAX_OUTPUT_BYTES = 1 << 28;

/** Runs a command without a shell and waits for its end. An exit code other than 0 is an answer, not an error. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const settings = {
      env: { ...process.env, ...options.env },
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      timeout: options.deadlineMs ?? 30_000,
    } as const;
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, stdout, stderr });
      else reject(new Error(`${command.join(' ')}: ${error.signal ?? error.message}\n${stderr}`, { cause: error }));
    });
  });
}

/** The standard output of a command that must end with exit code 0. */
export async function outputOf(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, options);
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}\n${stderr}`);
  return stdout;
}
