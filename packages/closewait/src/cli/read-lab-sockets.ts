import {
  createAddressTexts,
  decodeInetDiagMessage,
  describeProblem,
  SOCK_DIAG_BY_FAMILY,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import { ClosewaitError, type NamespaceRef } from '@closewait/core/facts';
import { TCP_STATES } from '@closewait/core/tcp';
import { LiveSource } from '../kernel/index.ts';
import type { LabSocket } from '../lab/index.ts';

const STATES = TCP_STATES.filter((state) => state !== 'CLOSED');
const EXTENSIONS = ['memory'] as const;

/** Every IPv4 TCP socket of one namespace, listeners and requests too, in one dump and without their holders. */
export function readLabSockets(network: NamespaceRef): readonly LabSocket[] {
  const dump = new LiveSource().dumpSockets(network, { family: 'ipv4', states: STATES, extensions: EXTENSIONS });
  if (!dump.known) throw new ClosewaitError('cannot-look', `cannot read the sockets of a trial: ${dump.detail}`);
  return dump.value.flatMap((datagram) => {
    const split = splitNetlinkMessages(datagram);
    if (!split.ok) throw new ClosewaitError('cannot-look', describeProblem(split.problem));
    return split.value
      .filter(({ type }) => type === SOCK_DIAG_BY_FAMILY)
      .map(({ payload }) => decode(payload, network));
  });
}

function decode(payload: Uint8Array, { inode }: NamespaceRef): LabSocket {
  const socket = decodeInetDiagMessage(payload, inode, EXTENSIONS, createAddressTexts());
  if (!socket.ok) throw new ClosewaitError('cannot-look', describeProblem(socket.problem));
  const { state, local, rxQueueBytes, memory } = socket.value;
  const drops = memory.known ? memory.value.drops : null;
  return { state, localPort: local.port, inode: socket.value.inode, rxQueueBytes, drops };
}
