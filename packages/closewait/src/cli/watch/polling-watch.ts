import { setTimeout as delay } from 'node:timers/promises';
import type { OpenClose, Owner, PassiveClose, Stay, WatchClock } from '@closewait/core/events';
import type { KernelSource } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';
import type { CloseWatch, WatchStep } from './close-watch.ts';
import { lookAtOpen, type OpenLook, type SeenOpen } from './look-at-open.ts';

const LEAST_INTERVAL_MS = 200;
/** A look takes at most one part in so many of the time. */
const LOOK_SHARE = 5;

interface Tracked {
  readonly seen: SeenOpen;
  /** The look before the first that had it; null: it was there in the very first. */
  readonly notBeforeMs: number | null;
  readonly firstMs: number;
  readonly firstAgeMs: number;
  lastMs: number;
  owner: Owner;
  isTold: boolean;
}

/** Looks again and again: for who may not trace. What comes and goes between two looks is not seen. */
export class PollingWatch implements CloseWatch {
  readonly method = 'polling';
  readonly why: string;
  readonly limits: string[] = [];
  readonly clock: WatchClock = { beganEpochMs: Date.now() };
  readonly buffer = null;
  readonly endsLost = 0;
  readonly startsMissing = 0;
  everyMs: number = LEAST_INTERVAL_MS;
  readonly #source: KernelSource;
  readonly #allNamespaces: boolean;
  readonly #began = performance.now();
  readonly #open = new Map<bigint, Tracked>();
  #listeners: ReadonlyMap<number, Owner | null> = new Map();
  #lookedMs: number | null = null;
  #nextMs = 0;

  private constructor(source: KernelSource, allNamespaces: boolean, why: string) {
    this.#source = source;
    this.#allNamespaces = allNamespaces;
    this.why = why;
  }

  /** @throws ClosewaitError `cannot-look` where not even that can be read. */
  static async open(source: KernelSource, allNamespaces: boolean, why: string): Promise<PollingWatch> {
    const watch = new PollingWatch(source, allNamespaces, why);
    const first = await lookAtOpen(source, allNamespaces);
    watch.#note(first, 0);
    watch.everyMs = Math.ceil(Math.max(LEAST_INTERVAL_MS, first.tookMs * LOOK_SHARE));
    watch.limits.push(
      `What stays for less than ${watch.everyMs} ms is mostly not seen, and nothing tells what ended a connection.`,
    );
    for (const unseen of first.unseen) watch.limits.push(`Not seen: ${safeText(unseen)}.`);
    return watch;
  }

  get openCount(): number {
    return this.#open.size;
  }

  async step(): Promise<WatchStep> {
    const nowMs = this.#now();
    if (nowMs < this.#nextMs) return { nowMs, closes: [], lost: 0 };
    return this.finish();
  }

  async finish(): Promise<WatchStep> {
    // Two looks at one moment would bound nothing.
    if (this.#now() - (this.#lookedMs ?? 0) < 1) await delay(1);
    const beganMs = this.#now();
    return {
      nowMs: beganMs,
      closes: this.#note(await lookAtOpen(this.#source, this.#allNamespaces), beganMs),
      lost: 0,
    };
  }

  *open(longerThanMs: number): Generator<OpenClose, void> {
    const all = [...this.#open.values()].map((tracked) => this.#describe(tracked));
    yield* all.filter(({ stay }) => stay.atLeastMs >= longerThanMs).sort((a, b) => b.stay.atLeastMs - a.stay.atLeastMs);
  }

  *takeOlder(thanMs: number): Generator<OpenClose, void> {
    for (const tracked of this.#open.values()) {
      const open = this.#describe(tracked);
      if (tracked.isTold || open.stay.atLeastMs < thanMs) continue;
      tracked.isTold = true;
      yield open;
    }
  }

  oldestMs(): number | null {
    const [oldest] = this.open(0);
    return oldest?.stay.atLeastMs ?? null;
  }

  #describe(tracked: Tracked): OpenClose {
    const { seen, lastMs, owner } = tracked;
    return { ends: seen.ends, finMs: null, stay: stayUntil(tracked, lastMs, this.#now()), owner };
  }

  isListening(port: number): boolean {
    return this.#listeners.has(port);
  }

  [Symbol.dispose](): void {
    this.#open.clear();
  }

  #now(): number {
    return performance.now() - this.#began;
  }

  #note({ open, listeners }: OpenLook, beganMs: number): readonly PassiveClose[] {
    const doneMs = this.#now();
    const present = new Set(open.map(({ cookie }) => cookie));
    const closes = [...this.#open].flatMap(([cookie, tracked]) => {
      if (present.has(cookie)) return [];
      this.#open.delete(cookie);
      return [closeOf(tracked, doneMs)];
    });
    for (const seen of open) {
      const tracked = this.#open.get(seen.cookie);
      if (tracked === undefined) this.#open.set(seen.cookie, this.#track(seen, beganMs));
      else Object.assign(tracked, { lastMs: beganMs, owner: seen.owner.by === 'unknown' ? tracked.owner : seen.owner });
    }
    this.#listeners = listeners;
    this.#lookedMs = beganMs;
    this.#nextMs = beganMs + this.everyMs;
    return closes;
  }

  #track(seen: SeenOpen, beganMs: number): Tracked {
    const { ageMs: firstAgeMs, owner } = seen;
    return { seen, notBeforeMs: this.#lookedMs, firstMs: beganMs, firstAgeMs, lastMs: beganMs, owner, isTold: false };
  }
}

function closeOf(tracked: Tracked, goneMs: number): PassiveClose {
  const { seen, lastMs, owner } = tracked;
  return {
    ends: seen.ends,
    finMs: null,
    endedMs: goneMs,
    stay: stayUntil(tracked, lastMs, goneMs),
    ending: 'unknown',
    resetSent: null,
    owner,
    actor: null,
  };
}

/**
 * It was there from the first look that had it until the last, and not at the looks around them. One that was there from
 * the start has the age that the kernel's time of the last acknowledgement gives, at least.
 */
function stayUntil({ notBeforeMs, firstMs, firstAgeMs }: Tracked, lastMs: number, goneMs: number): Stay {
  if (notBeforeMs === null) return { atLeastMs: firstAgeMs + (lastMs - firstMs), atMostMs: null };
  return { atLeastMs: lastMs - firstMs, atMostMs: goneMs - notBeforeMs };
}
