import { statSync } from 'node:fs';
import type { LabConnection } from '../lab/index.ts';
import { readSockets } from './read-sockets.ts';

/** All connections of the network namespace at a path, as the laboratory waits for them. */
export function readConnections(networkPath: string): readonly LabConnection[] {
  return readSockets({ inode: statSync(networkPath).ino, path: networkPath }).flatMap(({ state, local, remote }) =>
    state === 'TIME-WAIT' || state === 'LISTEN' ? [] : [{ state, localPort: local.port, remotePort: remote.port }],
  );
}
