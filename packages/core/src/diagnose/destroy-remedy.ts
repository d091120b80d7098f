import type { CloseCommand } from './close-command.ts';
import type { Remedy } from './finding.ts';
import type { Group } from './group.ts';

/** What it comes to where that differs from cause to cause. */
export interface DestroyTexts {
  readonly does?: string;
  readonly risk?: string;
  /** Whether whoever waits on the connection wakes and closes. Measured: blocked writers do. Default false. */
  readonly wakes?: boolean;
}

/** Of every command of `closewait close`. */
export const DRY_RUN = 'a dry run until --yes is added';

/**
 * Ending the connections of a group in the kernel (SOCK_DESTROY, CONFIG_INET_DIAG_DESTROY, CAP_NET_ADMIN), each by its cookie: for what is
 * forgotten it frees the connection alone, as measured for every cause (docs/remedies.md). Empty for a group without
 * connections.
 */
export function destroyRemedy(
  { connections }: Pick<Group, 'connections'>,
  close: CloseCommand,
  texts: DestroyTexts = {},
): readonly Remedy[] {
  if (connections.length === 0) return [];
  const { wakes = false } = texts;
  const does =
    texts.does ?? `ends the ${connections.length === 1 ? 'connection' : 'connections'} in the kernel: the peer is free`;
  return [
    {
      id: 'destroy',
      command: close('destroy'),
      does: `${does}; ${DRY_RUN}`,
      frees: { connection: true, descriptor: wakes, worker: wakes },
      risk: texts.risk ?? 'the descriptor stays open, and no list of connections shows it any more',
      peerSees: 'a reset (ECONNRESET); nothing where it has closed already',
    },
  ];
}
