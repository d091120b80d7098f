import { statSync } from 'node:fs';
import { known } from '@closewait/core/facts';
import { expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { makeNamespace } from '../../../../../test/support/namespace.ts';
import { startProgram } from '../../../../../test/support/program.ts';
import { LiveSource } from '../live/live-source.ts';
import { readNetwork } from './read-network.ts';

expectNothingLeaked();

it('knows the namespace of a process whose first thread has ended', async () => {
  using namespace = makeNamespace();
  await using program = await startProgram('dead-leader', [1], namespace);
  const source = new LiveSource();
  expect(readNetwork(source, program.pid).inode).toEqual(known(namespace.inode));
  source.close();
});

it('knows the namespace of this process by its plain name', () => {
  const source = new LiveSource();
  const path = `/proc/${process.pid}/ns/net`;
  expect(readNetwork(source, process.pid)).toEqual({ path, inode: known(statSync(path).ino) });
  source.close();
});

it('answers that a process which is gone is gone', () => {
  const source = new LiveSource();
  // Above the highest number that a process can have: PID_MAX_LIMIT, linux/threads.h.
  expect(readNetwork(source, 2 ** 22 + 1).inode).toMatchObject({ known: false, why: 'gone' });
  source.close();
});
