import { statSync } from 'node:fs';
import { release } from 'node:os';
import type { CallArchitecture } from '@closewait/core/codec';
import {
  known,
  type Observation,
  type ObservedDescriptor,
  type ObservedProgram,
  type ObservedSegment,
  type Reading,
  unknown,
} from '@closewait/core/facts';
import { type ClockPair, readClockPair } from '../../ffi/index.ts';
import { LiveSource } from '../live/live-source.ts';
import { readProcesses, socketInodeOf } from './read-processes.ts';
import { CallWatch } from './watch-calls.ts';
import { PacketWatch } from './watch-packets.ts';
import { SocketWatch } from './watch-sockets.ts';
import { StateWatch } from './watch-states.ts';

/** Between two looks, if nothing else keeps the event loop busy. One costs about 0.3 ms. */
const POLL_MS = 4;
const MS_NS = 1e6;

/**
 * Observes a network namespace and the programs that this process starts in it: segments, states, system calls. Begin
 * before the first program starts. What this user may not see is a reason in the observation, not a failure.
 */
export class NamespaceObserver implements Disposable {
  readonly #startedAt = new Date().toISOString();
  readonly #startClock: ClockPair = readClockPair();
  readonly #source = new LiveSource();
  readonly #packets: Reading<PacketWatch>;
  readonly #states: Reading<StateWatch>;
  readonly #calls: Reading<CallWatch>;
  readonly #sockets: SocketWatch;
  readonly #programs: ObservedProgram[] = [];
  readonly #descriptors: ObservedDescriptor[] = [];
  readonly #architecture: CallArchitecture;
  readonly #timer: NodeJS.Timeout;
  #failure: Error | null = null;

  /** @throws Error where the namespace cannot be read at all. */
  constructor(networkPath: string) {
    const toMs = (ns: bigint): number => Number(ns - this.#startClock.monotonicNs) / MS_NS;
    this.#architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
    this.#packets = PacketWatch.open(networkPath);
    this.#states = StateWatch.open(toMs);
    this.#calls = CallWatch.open(toMs, this.#architecture);
    const namespace = { path: networkPath, inode: statSync(networkPath).ino };
    this.#sockets = new SocketWatch(this.#source, namespace, () => toMs(process.hrtime.bigint()));
    this.#timer = setInterval(() => this.#pollOrStop(), POLL_MS);
  }

  /** A program that was just started; `role` is its part in the scenario. */
  addProgram(role: string, pid: number): void {
    this.#programs.push({ role, pid, startedMs: this.#nowMs() });
    if (this.#calls.known) this.#calls.value.follow(pid);
  }

  /** What was seen until now. The programs should still live: what they hold and do is read at the end. */
  finish(): Observation {
    clearInterval(this.#timer);
    if (this.#failure !== null) throw this.#failure;
    this.#poll();
    const endedMs = this.#nowMs();
    const endClock = readClockPair();
    const sockets = this.#sockets.look();
    const pids = this.#calls.known ? this.#calls.value.pids : this.#programs.map(({ pid }) => pid);
    const [packets, states, calls] = [this.#packets, this.#states, this.#calls];
    return {
      startedAt: this.#startedAt,
      endedMs,
      kernel: release(),
      programs: this.#programs,
      segments: packets.known ? known(convert(packets.value, this.#startClock, endClock)) : packets,
      changes: states.known ? known(states.value.changes) : states,
      sightings: this.#sockets.sightings,
      calls: calls.known ? known(calls.value.calls) : calls,
      tasks: calls.known ? calls.value.tasks : [],
      descriptors: this.#descriptors,
      processes: readProcesses(this.#source, pids, this.#architecture),
      sockets,
      losses: {
        packets: packets.known ? packets.value.dropped() : unknown('not-asked', 'no packet socket'),
        stateChanges: states.known ? states.value.lost : 0,
        callEvents: calls.known ? calls.value.lost : 0,
        more: (states.known && states.value.lostMore) || (calls.known && calls.value.lostMore),
        muted: calls.known ? calls.value.muted : [],
        garbled: packets.known ? packets.value.garbled : [],
      },
      clockWithinMs: clockWithinMs(this.#startClock, endClock),
      longestBetweenLooksMs: this.#sockets.longestBetweenMs,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const watch of [this.#packets, this.#states, this.#calls]) if (watch.known) watch.value[Symbol.dispose]();
  }

  #nowMs(): number {
    return Number(process.hrtime.bigint() - this.#startClock.monotonicNs) / MS_NS;
  }

  /** A failure in a timer would end the process; it is kept for whoever waits for the observation. */
  #pollOrStop(): void {
    try {
      this.#poll();
    } catch (failure) {
      this.#failure = failure instanceof Error ? failure : new Error(String(failure));
      clearInterval(this.#timer);
    }
  }

  #poll(): void {
    if (this.#packets.known) this.#packets.value.drain();
    if (this.#states.known) this.#states.value.poll();
    if (this.#calls.known) {
      this.#calls.value.poll();
      this.#readAccepted(this.#calls.value);
    }
    this.#sockets.look();
  }

  /** Nothing but the descriptor itself tells which connection a call of accept has returned. */
  #readAccepted(calls: CallWatch): void {
    for (const { thread, result: fd } of calls.takeReturned()) {
      if (fd < 0) continue;
      const inode = socketInodeOf(this.#source.readLink(`/proc/${thread.pid}/fd/${fd}`));
      if (inode !== null) this.#descriptors.push({ atMs: this.#nowMs(), pid: thread.pid, fd, inode });
    }
  }
}

/** From CLOCK_REALTIME to the clock of everything else; what it was set by meanwhile is spread evenly. */
function convert({ segments }: PacketWatch, start: ClockPair, end: ClockPair): readonly ObservedSegment[] {
  const drift = slipNs(start, end) / Math.max(1, Number(end.monotonicNs - start.monotonicNs));
  return segments.map(({ atNs, ...segment }) => {
    const elapsedNs = Number(atNs - start.realtimeNs);
    return { atMs: (elapsedNs - elapsedNs * drift) / MS_NS, ...segment };
  });
}

/** By how much CLOCK_REALTIME has gone ahead of CLOCK_MONOTONIC. */
function slipNs(start: ClockPair, end: ClockPair): number {
  return Number(end.realtimeNs - start.realtimeNs - (end.monotonicNs - start.monotonicNs));
}

function clockWithinMs(start: ClockPair, end: ClockPair): number {
  return (Math.max(Number(start.withinNs), Number(end.withinNs)) + Math.abs(slipNs(start, end))) / MS_NS;
}
