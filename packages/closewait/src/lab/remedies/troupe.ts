import { setTimeout as delay } from 'node:timers/promises';
import { REMEDIES, type RemedyId } from '@closewait/core/experiment';
import { limitDescriptorsOf } from '../../ffi/index.ts';
import type { LabProcess } from '../lab-process.ts';
import type { Stage } from '../stage.ts';
import { waitUntil } from '../wait-until.ts';
import { type Applies, applyRemedy } from './apply-remedy.ts';
import { type CastCell, castCells, hasPlayed, ownerOf, peerOf } from './casting.ts';
import { countInFlight, findHolders, type SocketHolder } from './holders.ts';
import type { Troupe } from './plan.ts';
import { openPackets, setSysctls } from './private-settings.ts';
import type { SlotLog } from './slot-log.ts';
import { nowMs, type ReadSockets, Timeline } from './timeline.ts';
import { type CellPorts, isInPlace, TroupeView } from './troupe-view.ts';

/** So long each cell is watched: keepalive needs 5 s here, and a persist timer may first look after 6. */
export const WATCHED_MS = 8000;
const LOOK_EVERY_MS = 40;
const HOLDERS_EVERY_LOOKS = 5;
/** A worker that is free answers within a millisecond. */
const FOLLOW_UP_MS = 300;
const MANY_DESCRIPTORS = 4096;

/** A cell as it was played, not yet judged. */
export interface PlayedCell {
  readonly cell: CastCell;
  /** Null: the connection was not made. */
  readonly ports: CellPorts | null;
  /** What the remedy from outside was answered; null for what is in the program. */
  readonly answer: string | null;
  /** When it was done, or would have been. */
  readonly appliedAtMs: number;
  /** What kept the socket before its peer left; null: nothing that was found. */
  readonly heldBy: 'descriptor' | 'accept-queue' | 'message' | null;
  /** When nothing kept it any more; null: it is kept at the end. */
  readonly freedAtMs: number | null;
}

/** What a troupe leaves behind: its cells, and everything that was seen of them. */
export interface TroupePlayed {
  readonly cells: readonly PlayedCell[];
  readonly timeline: Timeline;
  readonly owner: SlotLog;
  readonly peers: SlotLog;
  /** When the watching ended: what the programs are asked afterwards changes things. */
  readonly endedAtMs: number;
}

/** What keeps the socket of a cell, before its peer leaves. */
interface Kept {
  readonly heldBy: PlayedCell['heldBy'];
  readonly inode: number;
  /** In the queue of its listener; for `accept-queue`. */
  readonly queued: number;
  freedAtMs: number | null;
}

/** What a play needs from its caller. */
interface TroupeTools {
  readonly readSockets: ReadSockets;
  readonly signal: AbortSignal;
  /** Default: as the laboratory does it. */
  readonly applies?: Applies | undefined;
}

/** The programs of one troupe, and their play: all cells at the same time. */
export class TroupePlay {
  readonly #troupe: Troupe;
  readonly #stage: Stage;
  readonly #cells: readonly CastCell[];
  readonly #signal: AbortSignal;
  readonly #applies: Applies;
  readonly #view: TroupeView;
  readonly #ownerLog: SlotLog;
  readonly #peersLog: SlotLog;
  readonly #kept = new Map<number, Kept>();
  readonly #applied = new Map<number, { readonly answer: string | null; readonly atMs: number }>();

  constructor(
    troupe: Troupe,
    stage: Stage,
    network: { readonly inode: number; readonly path: string },
    logs: { readonly owner: SlotLog; readonly peers: SlotLog },
    { readSockets, signal, applies = applyRemedy }: TroupeTools,
  ) {
    this.#troupe = troupe;
    this.#stage = stage;
    this.#cells = castCells(troupe.cells);
    this.#signal = signal;
    this.#applies = applies;
    this.#ownerLog = logs.owner;
    this.#peersLog = logs.peers;
    this.#view = new TroupeView(network, readSockets, logs.peers);
  }

  async run(networkPath: string, onProgress: (part: number) => void): Promise<TroupePlayed> {
    const peers = this.#stage.start('peers', 'remedy-peers', '--slots', JSON.stringify(this.#cells.map(peerOf)));
    await this.#stage.heard(peers, 'ready');
    let owner = this.#startOwner();
    await this.#stage.heard(owner, 'ready');
    await this.#meet(owner, peers);
    using packets = openPackets(networkPath);
    const timeline = new Timeline(packets);
    await this.#leave(peers, timeline);
    if (this.#troupe.cause !== 'process-stopped') await this.#tell(owner, this.#ownerLog, 'go');
    const appliedAtMs = nowMs();
    const fresh = await this.#apply(networkPath, owner);
    owner = fresh ?? owner;
    await this.#watch(owner, timeline, appliedAtMs, onProgress);
    const endedAtMs = nowMs();
    await this.#ask(owner, peers);
    return {
      cells: this.#cells.map((cell) => {
        const kept = this.#kept.get(cell.slot);
        return {
          cell,
          ports: this.#view.portsOf(cell),
          answer: this.#applied.get(cell.slot)?.answer ?? null,
          appliedAtMs: this.#applied.get(cell.slot)?.atMs ?? appliedAtMs,
          heldBy: kept?.heldBy ?? null,
          freedAtMs: kept?.freedAtMs ?? null,
        };
      }),
      timeline,
      owner: this.#ownerLog,
      peers: this.#peersLog,
      endedAtMs,
    };
  }

  #startOwner(...more: readonly string[]): LabProcess {
    const slots = JSON.stringify(this.#cells.map(ownerOf));
    const from = more.length === 0 ? 'owner' : 'restarted';
    return this.#stage.start(from, 'remedy-owner', '--does', this.#troupe.cause, '--slots', slots, ...more);
  }

  async #tell(program: LabProcess, log: SlotLog, word: string): Promise<void> {
    program.tell(word);
    await this.#stage.waitFor(`${program.program} to follow "${word}"`, () => log.hasDone(word));
  }

  /** Until every connection is in use as its cause has it, and somebody asks each worker whether it serves. */
  async #meet(owner: LabProcess, peers: LabProcess): Promise<void> {
    await this.#tell(peers, this.#peersLog, 'connect');
    await this.#stage.waitFor('all slots to play their part', () =>
      this.#cells.every((cell) => this.#view.portsOf(cell) !== null && hasPlayed(cell, this.#ownerLog)),
    );
    if (this.#troupe.cause === 'inherited-descriptor') await this.#tell(owner, this.#ownerLog, 'hand-on');
    if (this.#troupe.cause === 'process-stopped') {
      owner.signal('SIGSTOP');
      await this.#stage.waitFor('the program to stop', () => owner.isStopped());
    }
    await this.#tell(peers, this.#peersLog, 'follow');
    const isServed = (cell: CastCell): boolean => this.#peersLog.find(cell.slot, 'follow-up') !== null;
    await waitUntil(() => this.#cells.every(isServed), { withinMs: FOLLOW_UP_MS, signal: this.#signal });
    this.#view.look();
    const holders = findHolders(this.#pids(owner));
    for (const cell of this.#cells) this.#kept.set(cell.slot, this.#whatKeeps(cell, owner, holders));
  }

  #whatKeeps(cell: CastCell, owner: LabProcess, holders: ReadonlyMap<number, SocketHolder>): Kept {
    const inode = this.#view.own(cell)?.inode ?? 0;
    const queued = this.#view.listener(cell)?.rxQueueBytes ?? 0;
    const passedTo = this.#ownerLog.find(cell.slot, 'passed')?.fd;
    const isInFlight = passedTo !== undefined && countInFlight(owner.pid, passedTo) > 0;
    const isQueued = this.#view.own(cell) !== null && inode === 0;
    const heldBy = isInFlight ? 'message' : isQueued ? 'accept-queue' : holders.has(inode) ? 'descriptor' : null;
    return { heldBy, inode, queued, freedAtMs: null };
  }

  /** The process and its child, which has inherited from it. */
  #pids(owner: LabProcess): readonly number[] {
    const child = this.#ownerLog.find(null, 'child')?.answer;
    return child === undefined ? [owner.pid] : [owner.pid, Number(child)];
  }

  async #leave(peers: LabProcess, timeline: Timeline): Promise<void> {
    const inPlace = (cell: CastCell): boolean => isInPlace(cell, this.#view, this.#peersLog, isInside(cell));
    peers.tell('leave');
    await this.#stage.waitFor('all peers to be as their cells say', () => {
      this.#view.look(timeline);
      timeline.takePackets();
      return this.#peersLog.hasDone('leave') && this.#cells.every(inPlace);
    });
  }

  /** What is done from outside, to each connection its own. Answers the fresh program where it was a restart. */
  async #apply(networkPath: string, owner: LabProcess): Promise<LabProcess | null> {
    this.#view.look();
    const holders = findHolders(this.#pids(owner));
    const holderOf = (inode: number): SocketHolder | null => holders.get(inode) ?? null;
    let fresh: LabProcess | null = null;
    for (const cell of this.#cells) {
      const patient = {
        networkPath,
        own: this.#view.own(cell),
        otherLeg: this.#view.otherLeg(cell),
        listener: this.#view.listener(cell),
        inode: this.#kept.get(cell.slot)?.inode ?? 0,
        holderOf,
      };
      const atMs = nowMs();
      this.#applied.set(cell.slot, { atMs, answer: this.#applies(cell.remedy, patient) });
    }
    if (this.#cells.some(({ remedy }) => remedy === 'raise-limit')) {
      const atMs = nowMs();
      const raised = limitDescriptorsOf(owner.pid, MANY_DESCRIPTORS);
      for (const { slot } of this.#cells) this.#applied.set(slot, { atMs, answer: raised.ok ? 'ok' : raised.errno });
    }
    if (this.#cells.some(({ remedy }) => isSysctl(remedy))) {
      const atMs = nowMs();
      setSysctls(networkPath);
      for (const { slot } of this.#cells) this.#applied.set(slot, { atMs, answer: 'ok' });
    }
    if (this.#cells.some(({ remedy }) => remedy === 'restart')) {
      const atMs = nowMs();
      await this.#stage.end(owner);
      for (const { slot } of this.#cells) this.#applied.set(slot, { atMs, answer: 'ok' });
      fresh = this.#startOwner('--restarted', '1');
    }
    return fresh;
  }

  async #watch(
    owner: LabProcess,
    timeline: Timeline,
    startedAtMs: number,
    onProgress: (part: number) => void,
  ): Promise<void> {
    for (let looks = 0; ; looks += 1) {
      this.#signal.throwIfAborted();
      this.#view.look(timeline);
      timeline.takePackets();
      const elapsedMs = nowMs() - startedAtMs;
      const isLast = elapsedMs >= WATCHED_MS;
      if (isLast || looks % HOLDERS_EVERY_LOOKS === 0) this.#noteFreed(owner);
      onProgress(Math.min(1, elapsedMs / WATCHED_MS));
      if (isLast) return;
      await delay(LOOK_EVERY_MS);
    }
  }

  #noteFreed(owner: LabProcess): void {
    const holders = findHolders(this.#pids(owner));
    for (const cell of this.#cells) {
      const kept = this.#kept.get(cell.slot);
      if (kept !== undefined)
        kept.freedAtMs = this.#isKept(cell, kept, owner, holders) ? null : (kept.freedAtMs ?? nowMs());
    }
  }

  #isKept(cell: CastCell, kept: Kept, owner: LabProcess, holders: ReadonlyMap<number, SocketHolder>): boolean {
    switch (kept.heldBy) {
      case 'accept-queue':
        return (this.#view.listener(cell)?.rxQueueBytes ?? 0) >= kept.queued;
      case 'message': {
        const fd = this.#ownerLog.find(cell.slot, 'passed')?.fd ?? -1;
        // After a restart the number means nothing: the sockets have gone with the process.
        return cell.remedy !== 'restart' && countInFlight(owner.pid, fd) > 0;
      }
      default:
        return holders.has(kept.inode);
    }
  }

  /** After the watching: what calls on what is left answer. A stopped program makes none. */
  async #ask(owner: LabProcess, peers: LabProcess): Promise<void> {
    const { cause } = this.#troupe;
    const askPeers = (): Promise<void> => this.#tell(peers, this.#peersLog, 'ask');
    // Peers of a blocked writer read now, and its calls would answer differently then. Others would hear what it sends.
    if (cause !== 'writer-blocked') await askPeers();
    if (cause !== 'process-stopped') await this.#tell(owner, this.#ownerLog, 'ask');
    if (cause === 'writer-blocked') await askPeers();
  }
}

/** What is lowered while programs run. */
export function isSysctl(remedy: RemedyId): boolean {
  return remedy === 'sysctl-keepalive' || remedy === 'sysctl-alone';
}

function isInside({ remedy }: CastCell): boolean {
  return REMEDIES.some(({ id, where }) => id === remedy && where === 'inside');
}
