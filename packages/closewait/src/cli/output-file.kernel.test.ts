import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const MODULE = new URL('./output-file.ts', import.meta.url).href;
const BYTES = 3_000_000;

/** Runs a program that has `output`, an OutputFile, inside a command line of sh. */
async function inShell(
  program: string,
  command: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const code = `import { OutputFile } from ${JSON.stringify(MODULE)}; const output = new OutputFile(1); ${program}`;
  return promisify(execFile)('sh', ['-c', command], { env: { ...process.env, NODE: process.execPath, CODE: code } });
}

describe('standard output', () => {
  it.each([
    ['a pipe', '"$NODE" --input-type=module -e "$CODE" | { sleep 0.2; wc -c; }'],
    // python3 makes the pipe one that cannot take more than it holds, and hands it on.
    [
      'a pipe that does not wait',
      `python3 -c 'import os; os.set_blocking(1, False); os.execvp(os.environ["NODE"], ["node", "--input-type=module", "-e", os.environ["CODE"]])' | { sleep 0.2; wc -c; }`,
    ],
  ])('is whole through %s, however slow its reader is', async (_name, command) => {
    const { stdout } = await inShell(`output.write('x'.repeat(${BYTES})); output.write('y');`, command);
    expect(stdout.trim()).toBe(String(BYTES + 1));
  });

  it('says when nobody reads any more', async () => {
    const program = 'let writes = 0; while (output.write("x".repeat(1000))) writes++; console.error(writes < 1e6);';
    const { stderr } = await inShell(program, '"$NODE" --input-type=module -e "$CODE" | head -c 10 >/dev/null');
    expect(stderr).toBe('true\n');
  });

  it('throws where the disk is full', async () => {
    const program = 'try { output.write("x"); } catch (cause) { console.error(cause.code); }';
    const { stderr } = await inShell(program, '"$NODE" --input-type=module -e "$CODE" >/dev/full');
    expect(stderr).toBe('ENOSPC\n');
  });

  it.each([
    ['/dev/null', '"$NODE" --input-type=module -e "$CODE" >/dev/null', 'false\n'],
    ['a pipe', '"$NODE" --input-type=module -e "$CODE" | cat', 'false\n'],
    ['a terminal', 'script -qec \'"$NODE" --input-type=module -e "$CODE" 2>&3\' /dev/null 3>&2 >/dev/null', 'true\n'],
  ])('knows that %s is a terminal or not', async (_name, command, expected) => {
    const { stderr } = await inShell('console.error(output.terminal !== null);', command);
    expect(stderr).toBe(expected);
  });
});
