import { ClosewaitError } from '@closewait/core/facts';
import type { Invocation } from '../command.ts';
import { openSource } from '../open-source.ts';
import { readRowSelector } from '../top/read-row-selector.ts';
import { Looker } from '../top/start-looker.ts';

interface TopCommandOptions {
  readonly interval: number;
  readonly minAge: number;
  readonly quick?: boolean;
  readonly from?: string;
  readonly allNamespaces: boolean;
}

/** `closewait top`: processes with connections in CLOSE-WAIT on the whole screen, looked at again and again. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const { interval, minAge, quick = false, from, allNamespaces } = options as unknown as TopCommandOptions;
  if (!terminal.interactive || !process.stdin.isTTY) {
    throw new ClosewaitError('usage', 'top needs a terminal for its screen and its keys', {
      hint: 'closewait --json and closewait ls write for files and programs',
    });
  }
  // A file that cannot be read is said here, and not on the screen.
  if (from !== undefined) (await openSource(from)).close();
  // React's build for development records each drawing, which costs time and grows; it decides when it is loaded.
  process.env['NODE_ENV'] ??= 'production';
  const { runTop } = await import('../../tui/index.ts');
  using watch = new Looker({ from: from ?? null, minAgeMs: minAge, allNamespaces, quick, showArguments: true });
  await runTop({
    watch,
    intervalMs: interval,
    colour: terminal.colour,
    unicode: terminal.unicode,
    readSelector: readRowSelector,
  });
  return 0;
}
