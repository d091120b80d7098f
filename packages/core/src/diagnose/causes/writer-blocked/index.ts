import type { Group } from '../../group.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeWriterBlocked } from './rule.ts';

/** The peer is half-closed, alive and does not read: whoever writes to it waits for ever. */
export const writerBlocked: Cause = {
  id: 'writer-blocked',
  severity: 'stall',
  summary: '',
  explanation: '',
  judge: judgeWriterBlocked,
  remedies: (group) => [...destroyRemedy(group), restartRemedy(group.process)],
  codeFix:
    'Give every write a deadline: SO_SNDTIMEO or poll with a time limit in blocking code, TCP_USER_TIMEOUT for the ' +
    'connection, SetWriteDeadline in Go. Keepalive does not help, the peer answers its probes.',
  codeFixes: {},
};

/** One connection can be named in a command that ends nothing else. */
function destroyRemedy({ connections }: Group): ReturnType<Cause['remedies']> {
  const [only, ...others] = connections;
  if (only === undefined || others.length > 0) return [];
  const { local, remote } = only.socket;
  return [
    {
      id: 'destroy',
      command: `ss -K state close-wait src ${host(local.address)}:${local.port} dst ${host(remote.address)}:${remote.port}`,
      does: 'ends the connection (in its network namespace): the writer wakes with ECONNABORTED',
      frees: { connection: true, descriptor: false, worker: true },
      risk: 'the rest of the answer is lost; the descriptor is free only when the program closes on that error',
      peerSees: 'a reset',
    },
  ];
}

function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
