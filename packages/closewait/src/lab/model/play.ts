import {
  describeSegment,
  isPossible,
  type LinuxPair,
  type LinuxRuleId,
  type ModelAction,
  type ModelAnswer,
  type ModelSegment,
  type Performed,
  perform,
  type Reason,
  type Side,
  UNUSED_PAIR,
} from '@closewait/core/tcp/linux';
import { type Ground, KernelPair } from './kernel-pair.ts';
import { isSameView, type PairView, SIDES, viewOfModel } from './views.ts';
import type { Pace } from './wire-networks.ts';

/** One step, as one of the two tells it. */
export interface Told {
  readonly answer: ModelAnswer | null;
  readonly sent: Readonly<Record<Side, readonly ModelSegment[]>>;
  readonly view: PairView;
}

/** A step that was played, on the model and on the kernel. */
export interface PlayedStep {
  readonly action: ModelAction;
  readonly model: Told;
  readonly kernel: Told;
  readonly reasons: readonly Reason[];
}

/** A sequence that was played: up to the first step on which they disagree. */
export interface Played {
  readonly steps: readonly PlayedStep[];
  /** The last step is one on which model and kernel disagree. */
  readonly disagrees: boolean;
  /** Retransmissions, which the wire keeps to itself. */
  readonly repeats: number;
}

/** How a sequence is played. */
export interface PlayOptions {
  readonly port: number;
  readonly without: ReadonlySet<LinuxRuleId>;
  /** How long the kernel may take to show what the model says; it takes microseconds on an idle machine. */
  readonly patienceMs: number;
}

/** The shortest that there is, for runs that wait; Linux's default for all others. */
const FIN_TIMEOUT_SECONDS = { waiting: 1, patient: 60 } as const satisfies Record<Pace, number>;
/** Longer than tcp_fin_timeout of a run that waits, and its timer's slack of an eighth (net/ipv4/inet_timewait_sock.c). */
const WAIT_MS = 1300;
const SPIN_MS = 2;
const NAP_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Plays a sequence on the model and on real sockets; actions that are not possible when their turn comes are left out. */
export function play(ground: Ground, actions: readonly ModelAction[], options: PlayOptions): Played {
  const pace: Pace = actions.some(({ does }) => does === 'wait') ? 'waiting' : 'patient';
  ground.wire.setFinTimeout(FIN_TIMEOUT_SECONDS[pace]);
  using kernel = new KernelPair(ground, options.port, pace);
  const steps: PlayedStep[] = [];
  let pair: LinuxPair = UNUSED_PAIR;
  for (const action of actions) {
    if (!isPossible(pair, action)) continue;
    const performed = perform(pair, action, options.without);
    pair = performed.pair;
    const model: Told = { answer: performed.answer, sent: performed.sent, view: viewOfModel(pair) };
    const answer = kernel.perform(action);
    if (action.does === 'wait') nap(WAIT_MS);
    const told = watch(kernel, answer, performed, model.view, options.patienceMs);
    steps.push({ action, model, kernel: told, reasons: performed.reasons });
    if (!agrees(model, told)) return { steps, disagrees: true, repeats: kernel.segments.repeats };
  }
  return { steps, disagrees: false, repeats: kernel.segments.repeats };
}

/** Waits until the kernel shows all that the model says, or the patience is over. */
function watch(
  kernel: KernelPair,
  answer: ModelAnswer | null,
  { sent: expected }: Performed,
  view: PairView,
  patienceMs: number,
): Told {
  const beganMs = performance.now();
  const sent: Record<Side, ModelSegment[]> = { a: [], b: [] };
  for (;;) {
    for (const side of SIDES) {
      for (let next = kernel.segments.next(side); next !== null; next = kernel.segments.next(side))
        sent[side].push(next);
    }
    const seen = kernel.look();
    const isComplete = SIDES.every((side) => sent[side].length >= expected[side].length);
    const waitedMs = performance.now() - beganMs;
    if ((isComplete && isSameView(seen, view)) || waitedMs > patienceMs) return { answer, sent, view: seen };
    if (waitedMs > SPIN_MS) nap(NAP_MS);
  }
}

/** Blocks this thread: everything between two steps is the kernel's. */
function nap(forMs: number): void {
  Atomics.wait(sleeper, 0, 0, forMs);
}

function agrees(model: Told, kernel: Told): boolean {
  return (
    model.answer === kernel.answer &&
    isSameView(model.view, kernel.view) &&
    SIDES.every((side) => areSameSegments(model.sent[side], kernel.sent[side]))
  );
}

function areSameSegments(one: readonly ModelSegment[], other: readonly ModelSegment[]): boolean {
  return one.length === other.length && one.every((it, at) => describeSegment(it) === describeSegment(other[at] ?? it));
}
