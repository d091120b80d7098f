import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tsharkVersionCommand } from './tshark-command.ts';

const PATIENCE_MS = 10_000;

/** `TShark 4.0.17`; `TShark` where it does not say. */
export async function readToolVersion(path: string): Promise<string> {
  const { file, args, env } = tsharkVersionCommand(path);
  const child = spawn(file, args, {
    // A process group of its own: Ctrl-C ends a pipe's capture, and its report still names the tool.
    detached: true,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  const [, version] = /^TShark \(Wireshark\) ([\d.]+)/.exec(said) ?? [];
  return version === undefined ? 'TShark' : `TShark ${version}`;
}
