import { ClosewaitError } from '@closewait/core/facts';
import { TCP_STATES } from '@closewait/core/tcp';
import { inNetworkNamespace } from '../ffi/index.ts';
import { LiveSource, look } from '../kernel/index.ts';
import type { LabConnection } from '../lab/index.ts';

const CONNECTION_STATES = TCP_STATES.filter((state) => state !== 'CLOSED' && state !== 'LISTEN');

/** All connections of one namespace. A look from inside costs less than one at every namespace of the machine. */
export function readConnections(networkPath: string): readonly LabConnection[] {
  const inside = inNetworkNamespace(networkPath, () => ({
    ok: true,
    value: look(new LiveSource(), { states: CONNECTION_STATES, depth: 'list', allNamespaces: false }),
  }));
  if (!inside.ok) {
    throw new ClosewaitError('cannot-look', `cannot enter the scenario's namespace: ${inside.op}: ${inside.errno}`);
  }
  return inside.value.sockets.flatMap(({ state, local, remote }) =>
    state === 'TIME-WAIT' ? [] : [{ state, localPort: local.port, remotePort: remote.port }],
  );
}
