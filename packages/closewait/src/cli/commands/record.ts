import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { ClosewaitError, KERNEL_SETTINGS } from '@closewait/core/facts';
import { formatBytes, formatCountOf } from '@closewait/core/report';
import { TCP_STATES } from '@closewait/core/tcp';
import { startRecording } from '../../kernel/index.ts';
import { readSettings } from '../../kernel/readers/read-settings.ts';
import type { Invocation } from '../command.ts';
import { examineClosely } from '../examine-closely.ts';
import { openLiveSource } from '../open-source.ts';
import { readVersion } from '../version.ts';

interface RecordOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly arguments?: boolean;
  readonly allNamespaces: boolean;
}

/** `closewait record -o FILE`: everything that the reading commands ask of the kernel, in a file. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const { output, force, allNamespaces, ...rest } = options as unknown as RecordOptions;
  if (force !== true && existsSync(output)) {
    throw new ClosewaitError('usage', `${output} exists already`, { hint: 'choose another name, or add --force' });
  }
  // Under another name until it is whole, so that nobody takes half a recording for one.
  const partial = `${output}.partial-${process.pid}`;
  const file = createFile(partial, output);
  let bytes = 0;
  try {
    const recorder = await startRecording(
      openLiveSource(),
      (line) => {
        bytes += writeSync(file, line);
      },
      { writtenBy: readVersion(), withArguments: rest.arguments ?? false },
    );
    readSettings(recorder, KERNEL_SETTINGS);
    const facts = await examineClosely(recorder, { minAgeMs: 0, allNamespaces, quick: false, states: LISTED_STATES });
    recorder.close();
    renameSync(partial, output);
    const sockets = formatCountOf(facts.sockets.length, 'TCP socket');
    const namespaces = formatCountOf(facts.namespaces.length, 'network namespace');
    terminal.err(`Recorded ${sockets} in ${namespaces}: ${output}, ${formatBytes(bytes)}.\n`);
    terminal.err(
      `It holds addresses and process names${rest.arguments === true ? ' and arguments' : ', no arguments'}.\n`,
    );
    return 0;
  } finally {
    closeSync(file);
    rmSync(partial, { force: true });
  }
}

const LISTED_STATES = TCP_STATES.filter((state) => state !== 'CLOSED');

/** Readable by its owner alone: it tells who talks to whom. */
function createFile(partial: string, output: string): number {
  try {
    return openSync(partial, 'wx', 0o600);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code;
    if (errno === undefined) throw cause;
    throw new ClosewaitError('usage', `cannot write ${output}: ${errno}`, {
      errno,
      cause,
      hint: 'name a file in a directory that exists and that you may write to',
    });
  }
}
