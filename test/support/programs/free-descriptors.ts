/**
 * Gives descriptors back in a process of its own, which may be killed at any moment.
 *
 * Reads one line of JSON from standard input, the order; writes `begins` and, at the end, the outcomes as JSON.
 */
import { createInterface } from 'node:readline';
import { freeDescriptors } from '../../../packages/closewait/src/actions/index.ts';
import { LiveSource } from '../../../packages/closewait/src/kernel/index.ts';
import type { OwnerIdentity } from '../../../packages/core/src/facts/index.ts';

interface Order {
  readonly owner: OwnerIdentity;
  readonly descriptors: readonly { readonly fd: number; readonly inode: number }[];
}

for await (const line of createInterface(process.stdin)) {
  const { owner, descriptors } = JSON.parse(line) as Order;
  process.stdout.write('begins\n');
  const options = { source: new LiveSource(), cause: 'descriptor-leaked', acceptsReuse: true } as const;
  process.stdout.write(`${JSON.stringify(await freeDescriptors(owner, descriptors, options))}\n`);
}
