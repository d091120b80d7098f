import { CloseFollower, type OpenClose, type Owner, type PassiveClose, type WatchClock } from '@closewait/core/events';
import { type KernelSource, known, type Reading } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';
import { CloseStream } from '../../kernel/trace/index.ts';
import type { CloseWatch, WatchStep } from './close-watch.ts';
import { lookAtOpen, type OpenLook, ownersByEnds } from './look-at-open.ts';

const MS_NS = 1e6;
/** What ends sooner is told by who closes it; a look at holders is for what stays. */
const LOOK_AFTER_MS = 100;
/** A look takes at most one part in so many of the time. */
const LOOK_SHARE = 10;
const LEAST_BETWEEN_LOOKS_MS = 1000;

/** Watches through trace events: every transition, to the microsecond. */
export class TraceWatch implements CloseWatch {
  readonly method = 'trace';
  readonly why = null;
  readonly everyMs = null;
  readonly clock: WatchClock;
  readonly limits: string[] = [];
  readonly #stream: CloseStream;
  readonly #source: KernelSource;
  readonly #allNamespaces: boolean;
  readonly #follower: CloseFollower;
  #closes: PassiveClose[] = [];
  #listeners: ReadonlyMap<number, Owner | null> = new Map();
  #looking: Promise<void> | null = null;
  #failure: Error | null = null;
  #wantsListeners = false;
  #nextLookMs = 0;
  #nowNs = 0;
  #firstLost = 0;

  private constructor(stream: CloseStream, source: KernelSource, allNamespaces: boolean) {
    this.#stream = stream;
    this.#source = source;
    this.#allNamespaces = allNamespaces;
    this.clock = { beganEpochMs: Date.now() - Number(process.hrtime.bigint() - stream.originNs) / MS_NS };
    this.#follower = new CloseFollower((close) => void this.#closes.push(this.#withListener(close)));
    if (!stream.tasks.canTell) {
      this.limits.push(
        'This runs in a process id namespace of its own: who closed is known by holders and listeners only.',
      );
    }
    const missing = stream.missing;
    if (missing.includes('shutdownBegan')) this.limits.push('This kernel does not tell shutdown(2) from close(2).');
    if (missing.includes('error')) this.limits.push('This kernel does not tell timeouts from other endings.');
  }

  /** Records from now on, and then looks at what is there already. What the kernel refuses is the reason. */
  static async open(
    source: KernelSource,
    allNamespaces: boolean,
    bufferKilobytes?: number,
  ): Promise<Reading<TraceWatch>> {
    const options = bufferKilobytes === undefined ? {} : { bufferKilobytesPerCpu: bufferKilobytes };
    const stream = CloseStream.open(source, options);
    if (!stream.known) return stream;
    const watch = new TraceWatch(stream.value, source, allNamespaces);
    try {
      await watch.#lookFirst();
      return known(watch);
    } catch (cause) {
      watch[Symbol.dispose]();
      throw cause;
    }
  }

  get openCount(): number {
    return this.#follower.openCount;
  }

  get endsLost(): number {
    return this.#follower.endsLost;
  }

  get startsMissing(): number {
    return this.#follower.startsMissing;
  }

  get buffer(): { readonly processors: number; readonly kilobytes: number } {
    return { processors: this.#stream.processors, kilobytes: this.#stream.bufferKilobytes };
  }

  step(): Promise<WatchStep> {
    const lost = this.#firstLost + this.#poll();
    this.#firstLost = 0;
    const nowMs = this.#nowNs / MS_NS;
    const wants = this.#wantsListeners || this.#follower.needsOwners(LOOK_AFTER_MS * MS_NS);
    if (wants && this.#looking === null && nowMs >= this.#nextLookMs) this.#looking = this.#lookAgain();
    return Promise.resolve(this.#take(lost));
  }

  async finish(): Promise<WatchStep> {
    await this.#looking;
    let lost = this.#firstLost + this.#poll();
    if (this.#follower.openCount > 0) {
      await this.#lookAgain();
      lost += this.#poll();
    }
    lost += this.#stream.countLost(this.#nowNs);
    this.#follower.settleAll();
    const { problem } = this.#stream;
    if (problem !== null) this.limits.push(`Some of what the kernel wrote could not be read: ${safeText(problem)}.`);
    return this.#take(lost);
  }

  *open(longerThanMs: number): Generator<OpenClose, void> {
    for (const open of this.#follower.open(longerThanMs)) yield { ...open, owner: this.#ownerOf(open) };
  }

  *takeOlder(thanMs: number): Generator<OpenClose, void> {
    for (const open of this.#follower.takeOlder(thanMs)) yield { ...open, owner: this.#ownerOf(open) };
  }

  oldestMs(): number | null {
    return this.#follower.oldestMs();
  }

  isListening(port: number): boolean {
    return this.#listeners.has(port);
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  #poll(): number {
    const { untilNs, lost } = this.#stream.poll(this.#follower);
    this.#nowNs = untilNs;
    if (lost > 0) this.#follower.lost();
    this.#follower.settle(untilNs);
    return lost;
  }

  #take(lost: number): WatchStep {
    if (this.#failure !== null) throw this.#failure;
    const closes = this.#closes;
    this.#closes = [];
    return { nowMs: this.#nowNs / MS_NS, closes, lost };
  }

  async #lookFirst(): Promise<void> {
    const seen = await lookAtOpen(this.#source, this.#allNamespaces);
    const doneNs = Number(process.hrtime.bigint() - this.#stream.originNs);
    const atMs = doneNs / MS_NS - seen.tookMs;
    const found = seen.open.map(({ ends, ageMs, isExact, owner }) => ({ ends, ageMs, isExact, atMs, owner }));
    this.#follower.foundAtBegin(found, doneNs);
    this.#firstLost = this.#poll();
    this.#noteLook(seen);
    // However dear the first one was: what comes now is to be told whose it is.
    this.#nextLookMs = this.#nowNs / MS_NS + LEAST_BETWEEN_LOOKS_MS;
    for (const unseen of seen.unseen) this.limits.push(`Not seen: ${safeText(unseen)}.`);
  }

  /** Beside the polls: what it waits for does not keep the events waiting. */
  async #lookAgain(): Promise<void> {
    const beganNs = this.#nowNs;
    this.#wantsListeners = false;
    try {
      const seen = await lookAtOpen(this.#source, this.#allNamespaces);
      this.#noteLook(seen);
      this.#follower.seen(ownersByEnds(seen), beganNs);
    } catch (cause) {
      this.#failure = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      this.#looking = null;
    }
  }

  #noteLook({ listeners, tookMs }: OpenLook): void {
    this.#listeners = listeners;
    this.#nextLookMs = this.#nowNs / MS_NS + Math.max(LEAST_BETWEEN_LOOKS_MS, tookMs * LOOK_SHARE);
  }

  #withListener(close: PassiveClose): PassiveClose {
    return close.owner.by === 'unknown' ? { ...close, owner: this.#ownerOf(close) } : close;
  }

  #ownerOf({ owner, ends }: Pick<PassiveClose, 'owner' | 'ends'>): Owner {
    if (owner.by !== 'unknown') return owner;
    const listener = this.#listeners.get(ends.local.port);
    if (listener === undefined) this.#wantsListeners = true;
    return listener ?? owner;
  }
}
