import type { SocketFacts } from '../facts/index.ts';
import type { Remedy } from './finding.ts';
import type { Group } from './group.ts';

/** What it comes to where that differs from cause to cause. */
export interface DestroyTexts {
  readonly does?: string;
  readonly risk?: string;
  /** Whether whoever waits on the connection wakes and closes. Measured: blocked writers do. Default false. */
  readonly wakes?: boolean;
}

/**
 * Ending the connections of a group in the kernel (SOCK_DESTROY, CONFIG_INET_DIAG_DESTROY, CAP_NET_ADMIN): for what is
 * forgotten it frees the connection alone, as measured for every cause (docs/remedies.md). Empty for a group without
 * connections.
 */
export function destroyRemedy({ process, connections, listeners }: Group, texts: DestroyTexts = {}): readonly Remedy[] {
  const first = connections.at(0);
  if (first === undefined) return [];
  const { socket } = first;
  const isServer = listeners.length > 0;
  const one = connections.length === 1;
  const { wakes = false } = texts;
  // Another namespace's connections are to be seen there only; entering the own one is allowed.
  const inside = process?.netns.known === true && process.netns.value === socket.netns;
  const prefix = inside ? `nsenter -t ${process.pid} -n ` : '';
  const filter = one ? `${filterOf(socket, 'src')} ${filterOf(socket, 'dst')}` : commonFilter(socket, isServer);
  const keeps = 'the descriptor stays open, and no list of connections shows it any more';
  const wide = one
    ? ''
    : `; ends every connection ${isServer ? 'of this port' : 'to this peer'} in CLOSE-WAIT, also one in use`;
  return [
    {
      id: 'destroy',
      command: `${prefix}ss -tK state close-wait ${filter}`,
      does: texts.does ?? `ends the ${one ? 'connection' : 'connections'} in the kernel: the peer is free`,
      frees: { connection: true, descriptor: wakes, worker: wakes },
      risk: `${texts.risk ?? keeps}${wide}`,
      peerSees: 'a reset (ECONNRESET); nothing where it has closed already',
    },
  ];
}

function commonFilter(socket: SocketFacts, isServer: boolean): string {
  return isServer ? `sport = :${socket.local.port}` : filterOf(socket, 'dst');
}

function filterOf({ local, remote }: SocketFacts, end: 'src' | 'dst'): string {
  const { address, port } = end === 'src' ? local : remote;
  return `${end} ${address.includes(':') ? `[${address}]` : address}:${port}`;
}
