import type { PeerId, RemedyCause } from '@closewait/core/experiment';
import type { PlannedCell } from './planned-cell.ts';
import type { SlotLog } from './slot-log.ts';

/** Where the listeners of a slot are: below the ports that the kernel gives out by itself (32,768 on). */
const OWNER_PORTS = 10_000;
const SERVER_PORTS = 20_000;
const UPSTREAM_PORTS = 30_000;

/** A cell on stage: its number is its slot in both programs. */
export interface CastCell extends PlannedCell {
  readonly slot: number;
  readonly port: number;
  /** Of the server that the owner is a client of. */
  readonly serverPort: number | null;
  readonly upstreamPort: number | null;
}

/** Gives every cell a slot and its ports. */
export function castCells(cells: readonly PlannedCell[]): readonly CastCell[] {
  return cells.map((cell, slot) => ({
    ...cell,
    slot,
    port: OWNER_PORTS + slot,
    serverPort: cell.cause === 'idle-pool' ? SERVER_PORTS + slot : null,
    upstreamPort: cell.cause === 'half-closed-relay' ? UPSTREAM_PORTS + slot : null,
  }));
}

const LEAVES: Readonly<Record<PeerId, string>> = {
  'half-closed': 'half-close',
  closed: 'close-and-wait-long',
  expired: 'close',
  vanished: 'vanish',
};

/** What programs/remedy-peers.py takes for a slot. */
export function peerOf({ slot, port, cause, peer, serverPort, upstreamPort }: CastCell): object {
  return {
    number: slot,
    port,
    leaves: cause === 'closed-but-held' ? 'half-close-and-reset' : LEAVES[peer],
    // A writer is blocked by a peer that does not read.
    reads: cause !== 'writer-blocked',
    server: serverPort,
    upstream: upstreamPort,
  };
}

/** What programs/remedy-owner.py takes for a slot. */
export function ownerOf({ slot, port, remedy, serverPort, upstreamPort }: CastCell): object {
  // The program knows only what it does itself.
  const own = remedy === 'sysctl-keepalive' ? 'keepalive-system' : remedy;
  return { number: slot, port, remedy: own, upstream: upstreamPort ?? serverPort ?? 0 };
}

/** The line by which a slot says that its part is played, as far as it comes to before the peer leaves. Null: it says nothing. */
const PLAYED: Readonly<Record<RemedyCause, readonly [call: string, answer: string] | null>> = {
  'process-stopped': ['then', 'has answered'],
  'descriptor-limit': null,
  'never-accepted': null,
  'holder-hidden': ['passed', 'ok'],
  'inherited-descriptor': ['then', 'will be handed on'],
  'half-close-in-use': ['recv', 'data'],
  'writer-blocked': ['then', 'writes'],
  // The relay has both legs, and the request is with the upstream.
  'half-closed-relay': ['send', 'ok'],
  'event-loop-stalled': ['then', 'the handler blocks the loop'],
  'eof-spin': ['recv', 'data'],
  'interest-lost': ['then', 'asks only for EPOLLOUT'],
  'idle-pool': ['then', 'keeps it for the next request'],
  'worker-stuck': ['then', 'waits for a lock'],
  'reader-paused': ['then', 'pauses reading'],
  'descriptor-leaked': ['then', 'forgets it'],
  'close-missing': ['send', 'ok'],
  'closed-but-held': ['then', 'forgets it'],
};

/** Whether the program has done with a slot what comes before the peer leaves. */
export function hasPlayed(cell: CastCell, owner: SlotLog): boolean {
  const line = PLAYED[cell.cause];
  return line === null || owner.find(cell.slot, ...line) !== null;
}
