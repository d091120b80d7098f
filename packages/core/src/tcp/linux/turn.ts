import type { Section, TcpEvent } from '../events.ts';
import type { TcpState } from '../states.ts';
import { type Step, step } from '../step.ts';
import type { LinuxEnd, ModelErrno } from './end.ts';
import { type LinuxPair, otherSide, type Side } from './pair.ts';
import { LINUX_RULES, type LinuxRuleId } from './rules.ts';
import { type ModelSegment, type SegmentFlag, segmentLength } from './segment.ts';

/** Why the model says something: a section of RFC 9293, or a rule of Linux. */
export type Reason =
  | {
      readonly section: Section;
      readonly at: Side;
      readonly event: TcpEvent;
      readonly from: TcpState;
      readonly to: TcpState;
    }
  | { readonly rule: LinuxRuleId };

/** What a call answers: a number, as the system call does, or an error. */
export type ModelAnswer = number | ModelErrno;

/** One action while it is worked out: the pair changes here, and every step of it leaves its reason. */
export class Turn {
  #pair: LinuxPair;
  readonly #without: ReadonlySet<LinuxRuleId>;
  readonly reasons: Reason[] = [];
  readonly sent: { readonly a: ModelSegment[]; readonly b: ModelSegment[] } = { a: [], b: [] };

  constructor(pair: LinuxPair, without: ReadonlySet<LinuxRuleId>) {
    this.#pair = pair;
    this.#without = without;
  }

  get pair(): LinuxPair {
    return this.#pair;
  }

  /** Whether Linux departs from the RFC here; recorded where it does. False for a rule that this run is without. */
  departs(rule: LinuxRuleId): boolean {
    if (this.#without.has(rule)) return false;
    if (!this.reasons.some((reason) => 'rule' in reason && reason.rule === rule)) this.reasons.push({ rule });
    return true;
  }

  change(side: Side, what: Partial<LinuxEnd>): void {
    this.#pair = { ...this.#pair, [side]: { ...this.#pair[side], ...what } };
  }

  listener(now: LinuxPair['listener']): void {
    this.#pair = { ...this.#pair, listener: now };
  }

  /** What RFC 9293 says of an event; `from` where the event meets another state than the connection's: a listener's. */
  ask(side: Side, event: TcpEvent, from: TcpState = this.#pair[side].state): Step {
    const answer = step(from, event, this.#pair[side].opening);
    this.reasons.push({ section: answer.section, at: side, event, from, to: answer.state });
    return answer;
  }

  /** As {@link ask}, and takes the new state. The answer to a segment, an ACK, goes out here; anything else is the caller's. */
  move(side: Side, event: TcpEvent, from?: TcpState): Step {
    const answer = this.ask(side, event, from);
    this.change(side, { state: answer.state });
    return answer;
  }

  /** Sends a segment from where the end stands. */
  send(side: Side, flags: readonly SegmentFlag[], bytes = 0): void {
    const end = this.#pair[side];
    const acknowledges = flags.includes('ACK');
    const segment: ModelSegment = {
      flags,
      sequence: flags.includes('SYN') ? 0 : end.sendNext,
      acknowledgment: acknowledges ? end.receiveNext : null,
      bytes,
    };
    if (!flags.includes('RST')) this.change(side, { sendNext: (segment.sequence ?? 0) + segmentLength(segment) });
    if (flags.includes('FIN')) this.change(side, { finSent: true });
    this.#post(side, segment);
  }

  /** A bare acknowledgment: takes no sequence number. */
  acknowledge(side: Side): void {
    this.send(side, ['ACK']);
  }

  /** The RST that a segment without a connection gets (RFC 9293 3.10.7.1). */
  refuse(side: Side, segment: ModelSegment): void {
    this.#post(
      side,
      segment.acknowledgment === null
        ? {
            flags: ['RST', 'ACK'],
            sequence: null,
            acknowledgment: (segment.sequence ?? 0) + segmentLength(segment),
            bytes: 0,
          }
        : { flags: ['RST'], sequence: segment.acknowledgment, acknowledgment: null, bytes: 0 },
    );
  }

  /** Takes the connection out of the table; what is left is what a descriptor still shows (tcp_done, net/ipv4/tcp.c). */
  remove(side: Side): void {
    this.change(side, { state: 'CLOSED', entry: 'none', readShut: true, writeShut: true });
  }

  /** Takes the oldest segment off the wire. */
  takeFor(side: Side): ModelSegment | undefined {
    const waiting = side === 'a' ? this.#pair.toA : this.#pair.toB;
    const rest = waiting.slice(1);
    this.#pair = side === 'a' ? { ...this.#pair, toA: rest } : { ...this.#pair, toB: rest };
    return waiting[0];
  }

  #post(side: Side, segment: ModelSegment): void {
    this.sent[side].push(segment);
    this.#pair =
      otherSide(side) === 'a'
        ? { ...this.#pair, toA: [...this.#pair.toA, segment] }
        : { ...this.#pair, toB: [...this.#pair.toB, segment] };
  }
}

/** The reference of a reason: the RFC's section, or the rule and the kernel's file and function. */
export function describeReason(reason: Reason): string {
  if ('rule' in reason) return `${reason.rule}, ${LINUX_RULES[reason.rule].source}`;
  const { section, at, event, from, to } = reason;
  return `RFC 9293 ${section}: ${event} at ${at} in ${from}${from === to ? '' : `, to ${to}`}`;
}
