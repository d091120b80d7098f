import {
  known,
  type NamespaceRef,
  type ObservedSighting,
  type ObservedSocket,
  type Reading,
  type SocketFacts,
} from '@closewait/core/facts';
import { TCP_STATES } from '@closewait/core/tcp';
import type { LiveSource } from '../live/live-source.ts';
import { LookLog } from '../readers/look-log.ts';
import { readSockets } from '../readers/read-sockets.ts';

const STATES = TCP_STATES.filter((state) => state !== 'CLOSED');

/** Looks at all sockets of a namespace again and again, and notes what has changed since the look before. */
export class SocketWatch {
  readonly sightings: ObservedSighting[] = [];
  longestBetweenMs = 0;
  readonly #source: LiveSource;
  readonly #namespace: NamespaceRef;
  readonly #nowMs: () => number;
  #before = new Map<string, SocketFacts>();
  #beforeMs: number;

  constructor(source: LiveSource, namespace: NamespaceRef, nowMs: () => number) {
    this.#source = source;
    this.#namespace = namespace;
    this.#nowMs = nowMs;
    this.#beforeMs = nowMs();
  }

  /** A look; a refused one is the answer. */
  look(): Reading<readonly ObservedSocket[]> {
    const beganMs = this.#nowMs();
    const query = { states: STATES, extensions: [] } as const;
    const list = readSockets(this.#source, [this.#namespace], query, new LookLog(this.#source));
    if (list.problem !== undefined) return list.problem;
    const atMs = this.#nowMs();
    const now = new Map(list.sockets.map((socket) => [keyOf(socket), socket]));
    for (const [key, socket] of now) {
      const before = this.#before.get(key);
      if (before?.state !== socket.state || before.inode !== socket.inode)
        this.#note(socket, socket.state, beganMs, atMs);
    }
    for (const [key, socket] of this.#before) if (!now.has(key)) this.#note(socket, null, beganMs, atMs);
    this.longestBetweenMs = Math.max(this.longestBetweenMs, atMs - this.#beforeMs);
    this.#before = now;
    this.#beforeMs = beganMs;
    return known(list.sockets);
  }

  #note({ local, remote, inode }: SocketFacts, state: ObservedSighting['state'], lookedMs: number, atMs: number): void {
    this.sightings.push({ sinceMs: this.#beforeMs, lookedMs, atMs, local, remote, state, inode });
  }
}

function keyOf({ local, remote }: SocketFacts): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}
