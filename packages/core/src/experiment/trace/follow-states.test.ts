import { describe, expect, it } from 'vitest';
import type { Observation, ObservedSighting } from '../../facts/index.ts';
import type { TcpState } from '../../tcp/index.ts';
import type { FoundConnection } from './find-connections.ts';
import { followEnd, type SocketLife } from './follow-states.ts';

const CLIENT = { address: '127.0.0.1', port: 40_000 };
const SERVER = { address: '127.0.0.1', port: 8000 };
const SERVER_FIN_MS = 20;

const CONNECTION: FoundConnection = {
  client: CLIENT,
  server: SERVER,
  sinceMs: 1,
  segments: [
    {
      atMs: SERVER_FIN_MS,
      source: SERVER,
      destination: CLIENT,
      sequence: 1,
      acknowledgment: 1,
      flags: ['FIN', 'ACK'],
      window: 64,
      payloadBytes: 0,
    },
  ],
};

/** The client has closed; the kernel replaces its socket at `closedMs`. */
const life = (closedMs: number): SocketLife => ({
  socket: 'a',
  local: CLIENT,
  remote: SERVER,
  changes: (
    [
      [1, 'CLOSED', 'SYN-SENT'],
      [2, 'SYN-SENT', 'ESTABLISHED'],
      [10, 'ESTABLISHED', 'FIN-WAIT-1'],
      [closedMs - 0.01, 'FIN-WAIT-1', 'FIN-WAIT-2'],
      [closedMs, 'FIN-WAIT-2', 'CLOSED'],
    ] as const
  ).map(([atMs, from, to]) => ({ atMs, tid: 1, socket: 'a', from, to, local: CLIENT, remote: SERVER })),
});

/** A look that begins at `lookedMs` and takes 1 ms, 4 ms after the one before. */
const sight = (lookedMs: number, state: TcpState | null): ObservedSighting => ({
  sinceMs: lookedMs - 4,
  lookedMs,
  atMs: lookedMs + 1,
  local: CLIENT,
  remote: SERVER,
  state,
  inode: 0,
});

function follow(closedMs: number, sightings: readonly ObservedSighting[]): readonly string[] {
  const { states } = followEnd(CONNECTION, 'client', { sightings } as unknown as Observation, [life(closedMs)]);
  return states.slice(3).map(({ to, at, withinMs, seenBy }) => `${to} ${at} ${withinMs} ${seenBy}`);
}

const FIN_WAIT_2 = 'FIN-WAIT-2 19.99 0 tracepoint';

describe('the end of a socket', () => {
  it('is CLOSED where no look has seen anything after it', () => {
    expect(follow(20, [])).toEqual([FIN_WAIT_2, 'CLOSED 20 0 tracepoint']);
  });

  it('is CLOSED where a look that had begun before saw it as it was', () => {
    const racing = [sight(19.5, 'FIN-WAIT-1'), sight(23.5, null)];
    expect(follow(20, racing)).toEqual([FIN_WAIT_2, 'CLOSED 20 0 tracepoint']);
  });

  it('is TIME-WAIT from the FIN on that brings it about', () => {
    expect(follow(20, [sight(22, 'TIME-WAIT')])).toEqual([FIN_WAIT_2, 'TIME-WAIT 20 0 sock_diag']);
  });

  it('is TIME-WAIT also where the look that saw it had begun before, and the next one saw nothing new', () => {
    expect(follow(20, [sight(19.5, 'TIME-WAIT')])).toEqual([FIN_WAIT_2, 'TIME-WAIT 20 0 sock_diag']);
  });

  it('stays in FIN-WAIT-2 as a small socket until the FIN comes, later', () => {
    expect(follow(15, [sight(14.5, 'FIN-WAIT-2'), sight(22, 'TIME-WAIT')])).toEqual([
      'FIN-WAIT-2 14.99 0 tracepoint',
      'TIME-WAIT 20 0 sock_diag',
    ]);
    expect(follow(15, [sight(16, 'FIN-WAIT-2')])).toEqual(['FIN-WAIT-2 14.99 0 tracepoint']);
  });

  it('is gone when a look misses it', () => {
    expect(follow(15, [sight(16, 'FIN-WAIT-2'), sight(60, null)])).toEqual([
      'FIN-WAIT-2 14.99 0 tracepoint',
      'null 61 5 sock_diag',
    ]);
  });
});
