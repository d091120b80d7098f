import { isSameButLocalPort } from '../codec/index.ts';
import { Closer } from './closer.ts';
import type { Begun, ClosingTask, Pending, ResetSeen } from './closing-parts.ts';
import { type FoundOpen, FoundTable, stayOfFound } from './found-table.ts';
import { judgeEnding } from './judge-ending.ts';
import { OpenTable } from './open-table.ts';
import type { Ending, OpenClose, Owner, PassiveClose, Stay } from './passive-close.ts';
import { endsKey, WordEnds } from './word-ends.ts';

const MS_NS = 1e6;
/** LAST-ACK and CLOSED of net/tcp_states.h. */
const LAST_ACK = 9;
const CLOSED = 7;
/** asm-generic/errno.h */
const ECONNRESET = 104;
/** What belongs to a transition to CLOSED follows it at once, or when the task that does it runs again. */
const SETTLES_NS = 50e6;
/** How long the line of a slow connection waits for a look at its holder. */
const WAITS_FOR_LOOK_NS = 5e9;
/** So many transitions back an error is looked for: it follows at once, on one of so many processors. */
const ERROR_REACH = 64;
const NOBODY: Owner = { by: 'unknown', why: 'it was gone before its holder was looked for' };

/** Makes passive closes of events, which come in the order of their times. Satisfies CloseSink of the kernel room. */
export class CloseFollower {
  /** Connections whose end was lost. */
  endsLost = 0;
  /** Ends whose begin was lost, or which the first look did not find. */
  startsMissing = 0;
  readonly #report: (close: PassiveClose) => void;
  readonly #open = new OpenTable();
  readonly #found = new FoundTable();
  readonly #resets = new Map<number, ResetSeen>();
  #pending: Pending[] = [];
  #earlyError: { readonly atNs: number; readonly error: number; readonly ends: Uint32Array } | null = null;
  #nowNs = 0;
  #hasLost = false;
  #lookedUntilNs = Number.NEGATIVE_INFINITY;
  #seenUntilNs = Number.NEGATIVE_INFINITY;
  #toldNs = Number.NEGATIVE_INFINITY;

  constructor(report: (close: PassiveClose) => void) {
    this.#report = report;
  }

  /** How many are in CLOSE-WAIT. */
  get openCount(): number {
    return this.#open.size + this.#found.size;
  }

  arrived(atNs: number, socket: number, ends: Uint32Array): void {
    // The address is used again, so the end of the connection before was lost.
    if (this.#open.find(socket) !== undefined) {
      this.endsLost++;
      this.#open.remove(socket);
    }
    this.#open.add(socket, atNs, ends);
    if (atNs <= this.#lookedUntilNs) this.#found.delete(new WordEnds(ends));
  }

  left(
    atNs: number,
    socket: number,
    ends: Uint32Array,
    newState: number,
    task: ClosingTask | null,
    how: 'shutdown' | 'exit' | 'other',
  ): void {
    if (newState === LAST_ACK) {
      const ending = how === 'other' ? 'close' : how;
      this.#finish(this.#takeBegun(socket, ends), atNs, ending, false, task);
      return;
    }
    if (newState !== CLOSED) {
      this.#finish(this.#takeBegun(socket, ends), atNs, 'unknown', null, task);
      return;
    }
    const reset = this.#resets.get(socket);
    this.#resets.delete(socket);
    const early = this.#earlyError;
    const isEarly = early !== null && atNs - early.atNs < MS_NS && isSameButLocalPort(ends, 0, early.ends);
    this.#pending.push({
      socket,
      atNs,
      ends: ends.slice(),
      // At once: the address may be used again before it is settled.
      begun: this.#takeBegun(socket, ends),
      task,
      byExit: how === 'exit',
      resetReceived: reset?.received ?? false,
      resetBefore: reset?.sent ?? false,
      resetAfter: false,
      error: isEarly ? early.error : 0,
    });
  }

  resetReceived(atNs: number, socket: number): void {
    this.#seenReset(atNs, socket).received = true;
  }

  resetSent(atNs: number, socket: number): void {
    const closed = this.#pending.findLast((pending) => pending.socket === socket);
    if (closed === undefined) this.#seenReset(atNs, socket).sent = true;
    else closed.resetAfter = true;
  }

  failed(atNs: number, tid: number, error: number, ends: Uint32Array): void {
    const first = Math.max(0, this.#pending.length - ERROR_REACH);
    for (let index = this.#pending.length - 1; index >= first; index--) {
      const pending = this.#pending[index];
      if (pending === undefined || pending.error !== 0) continue;
      // tcp_disconnect has cleared the ends before it tells the error: it is the next thing that its thread does.
      const isDisconnect = pending.resetAfter && pending.task?.tid === tid && error === ECONNRESET;
      if (!isDisconnect && !isSameButLocalPort(pending.ends, 0, ends)) continue;
      pending.error = error;
      return;
    }
    // Before Linux 6.9 tcp_write_err and tcp_abort told the error first.
    this.#earlyError = { atNs, error, ends: ends.slice() };
  }

  /** All events up to this time have come. Call it after every poll. */
  settle(untilNs: number): void {
    this.#nowNs = untilNs;
    const isSettled = ({ atNs }: Pending): boolean => untilNs - atNs >= SETTLES_NS;
    const settled = this.#pending.filter(isSettled);
    if (settled.length > 0) this.#pending = this.#pending.filter((pending) => !isSettled(pending));
    for (const pending of settled) this.#finishClosed(pending);
    for (const [socket, { atNs }] of this.#resets) if (untilNs - atNs >= SETTLES_NS) this.#resets.delete(socket);
  }

  /** The watch is over: nothing more will come that could tell. */
  settleAll(): void {
    for (const pending of this.#pending.splice(0)) this.#finishClosed(pending);
  }

  /** Events were lost: some connections that seem open may have ended. */
  lost(): void {
    this.#hasLost = true;
  }

  /**
   * Those that a look has found between the begin of the watch and `doneNs`. Call it before the events of that time come:
   * they may tell the FIN of one of these, and its end.
   */
  foundAtBegin(found: readonly FoundOpen[], doneNs: number): void {
    for (const open of found) this.#found.add(open);
    this.#lookedUntilNs = doneNs;
  }

  /**
   * A look has found these in CLOSE-WAIT, by {@link endsKey}. Those that stay for longer get their owners; after losses,
   * those whose FIN came before `beforeNs` and that are not among them have ended unseen.
   */
  seen(owners: ReadonlyMap<string, Owner>, beforeNs: number): void {
    this.#seenUntilNs = beforeNs;
    for (const [socket, slot] of this.#open.entries()) {
      if (this.#open.arrivedNs(slot) > beforeNs) continue;
      const owner = owners.get(endsKey(new WordEnds(this.#open.words(slot))));
      if (owner !== undefined) {
        this.#open.setOwner(socket, owner);
      } else if (this.#hasLost) {
        this.endsLost++;
        this.#open.remove(socket);
      }
    }
    if (this.#hasLost) this.#found.keep(owners);
  }

  /** Whether somebody stays that long and nobody knows whose it is. */
  needsOwners(longerThanNs: number): boolean {
    for (const [socket, slot] of this.#open.entries()) {
      if (this.#nowNs - this.#open.arrivedNs(slot) < longerThanNs) return false;
      if (this.#open.ownerOf(socket) === undefined) return true;
    }
    return false;
  }

  /** Those in CLOSE-WAIT for at least so long, the oldest first. */
  *open(longerThanMs: number): Generator<OpenClose, void> {
    const nowMs = this.#nowNs / MS_NS;
    yield* this.#found.open(longerThanMs, nowMs);
    for (const [socket, slot] of this.#open.entries()) {
      if (nowMs - this.#open.arrivedNs(slot) / MS_NS < longerThanMs) return;
      yield this.#describe(socket, slot);
    }
  }

  /**
   * Those that have passed this age since the last call; each is told once. One whose holder nobody has looked for yet
   * waits for that, but not for ever.
   */
  *takeOlder(thanMs: number): Generator<OpenClose, void> {
    const olderNs = this.#nowNs - thanMs * MS_NS;
    const boundNs = Math.min(olderNs, Math.max(this.#seenUntilNs, olderNs - WAITS_FOR_LOOK_NS));
    const toldNs = this.#toldNs;
    this.#toldNs = boundNs;
    yield* this.#found.takeOlder(thanMs, this.#nowNs / MS_NS);
    for (const [socket, slot] of this.#open.entries()) {
      const arrivedNs = this.#open.arrivedNs(slot);
      if (arrivedNs > boundNs) return;
      if (arrivedNs > toldNs) yield this.#describe(socket, slot);
    }
  }

  /** For how long the oldest has been there, at least; null: none is. */
  oldestMs(): number | null {
    const nowMs = this.#nowNs / MS_NS;
    const oldest = this.#found.oldestMs(nowMs);
    for (const [, slot] of this.#open.entries()) {
      return Math.max(oldest ?? 0, nowMs - this.#open.arrivedNs(slot) / MS_NS);
    }
    return oldest;
  }

  #describe(socket: number, slot: number): OpenClose {
    const finMs = this.#open.arrivedNs(slot) / MS_NS;
    const stayedMs = this.#nowNs / MS_NS - finMs;
    const stay = { atLeastMs: stayedMs, atMostMs: stayedMs };
    const owner = this.#open.ownerOf(socket) ?? NOBODY;
    return { ends: new WordEnds(this.#open.words(slot)), finMs, stay, owner };
  }

  #seenReset(atNs: number, socket: number): ResetSeen {
    const seen = this.#resets.get(socket);
    if (seen !== undefined && atNs - seen.atNs < SETTLES_NS) return seen;
    const made = { atNs, received: false, sent: false };
    this.#resets.set(socket, made);
    return made;
  }

  #finishClosed(pending: Pending): void {
    const { begun, atNs, task, byExit, resetReceived, resetBefore, resetAfter, error } = pending;
    const byTask = task !== null;
    const ending = judgeEnding({ resetReceived, resetBefore, resetAfter, error, byTask, byExit });
    const isOwn = ending === 'unread' || ending === 'abort' || ending === 'exit' || ending === 'destroy';
    this.#finish(begun, atNs, ending, resetBefore || resetAfter, isOwn ? task : null);
  }

  #finish(
    { ends, finMs, owner, found }: Begun,
    atNs: number,
    ending: Ending,
    resetSent: boolean | null,
    task: ClosingTask | null,
  ): void {
    const endedMs = atNs / MS_NS;
    const actor = task === null || task.isKernel ? null : task;
    const closer: Owner | null = actor === null || ending === 'destroy' ? null : new Closer(actor, owner);
    this.#report({
      ends,
      finMs,
      endedMs,
      stay: this.#stayOf(finMs, found, endedMs),
      ending,
      resetSent,
      owner: closer ?? owner,
      actor,
    });
  }

  #stayOf(finMs: number | null, found: FoundOpen | null, endedMs: number): Stay {
    if (finMs !== null) return { atLeastMs: endedMs - finMs, atMostMs: endedMs - finMs };
    if (found !== null) return stayOfFound(found, endedMs);
    // Without losses it has been in CLOSE-WAIT since before the watch.
    return { atLeastMs: this.#hasLost ? 0 : endedMs, atMostMs: null };
  }

  /** Takes a connection that ends out of those that are open. */
  #takeBegun(socket: number, ends: Uint32Array): Begun {
    const slot = this.#open.find(socket);
    if (slot !== undefined) {
      const words = this.#open.words(slot);
      const finMs = this.#open.arrivedNs(slot) / MS_NS;
      const owner = this.#open.ownerOf(socket) ?? NOBODY;
      this.#open.remove(socket);
      if (isSameButLocalPort(words, 0, ends)) return { ends: new WordEnds(words), finMs, owner, found: null };
      // Of another connection at the same address: its end was lost, and so was the begin of this one.
      this.endsLost++;
    }
    const found = this.#found.size === 0 ? null : this.#found.take(new WordEnds(ends.slice()));
    if (found !== null) return { ends: found.ends, finMs: null, owner: found.owner, found };
    this.startsMissing++;
    return { ends: new WordEnds(ends.slice()), finMs: null, owner: NOBODY, found: null };
  }
}
