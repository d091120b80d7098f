import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tsharkVersionCommand } from './tshark-command.ts';

/** `TShark 4.0.17`; `TShark` where it does not say. */
export async function readToolVersion(path: string): Promise<string> {
  const { file, args, env } = tsharkVersionCommand(path);
  const { stdout } = await promisify(execFile)(file, args, { env: { ...env }, timeout: 10_000, maxBuffer: 1 << 16 });
  const [, version] = /^TShark \(Wireshark\) ([\d.]+)/.exec(stdout) ?? [];
  return version === undefined ? 'TShark' : `TShark ${version}`;
}
