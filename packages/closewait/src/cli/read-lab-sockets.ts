import type { NamespaceRef } from '@closewait/core/facts';
import type { LabSocket } from '../lab/index.ts';
import { readSockets } from './read-sockets.ts';

/** Every TCP socket of one namespace, listeners and requests too, as an experiment looks at them. */
export function readLabSockets(network: NamespaceRef): readonly LabSocket[] {
  return readSockets(network, ['memory']).map(({ state, local, inode, rxQueueBytes, memory }) => ({
    state,
    localPort: local.port,
    inode,
    rxQueueBytes,
    drops: memory.known ? memory.value.drops : null,
  }));
}
