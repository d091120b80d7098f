import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LinuxRuleId, ModelAction } from '@closewait/core/tcp/linux';
import { Coverage } from './coverage.ts';
import type { Ground } from './kernel-pair.ts';
import { type Played, play } from './play.ts';
import { SocketTable } from './socket-table.ts';
import { Wire } from './wire.ts';

/** What to run. */
export interface ModelRun {
  readonly runs: number;
  /** 32 bits; the same seed draws the same sequences. */
  readonly seed: number;
  /** Rules of Linux that the model goes without: what the RFC says instead must then be found to be wrong. */
  readonly without: ReadonlySet<LinuxRuleId>;
  /** Ends the run early; the caller throws its reason. */
  readonly signal: AbortSignal;
  readonly onRun: (done: number) => void;
  /** How long the kernel may take to show what the model says. Default 2000 ms: a busy machine shows late what it did at once. */
  readonly patienceMs?: number;
}

/** What came of it. */
export interface ModelOutcome {
  readonly coverage: Coverage;
  /** False: the kernel is built without SOCK_DESTROY, and the sequences were played without it. */
  readonly canDestroy: boolean;
  /** The shortest sequence that was found on which model and kernel disagree; null where they agreed on all. */
  readonly disagreement: { readonly played: Played; readonly shrinks: number } | null;
}

const PATIENCE_MS = 2000;
/** While a disagreement is made smaller, hundreds of sequences end in one; the smallest is played again with all patience. */
const SHRINKING_PATIENCE_MS = 100;
const FIRST_PORT = 2000;
const LAST_PORT = 60_000;

class Disagreement extends Error {}
class Ended extends Error {}

/**
 * Draws sequences of calls, deliveries and time for both ends, and plays each on the model and on real sockets, in namespaces
 * of their own. Both must agree after every step: on the states, queues and table entries of both ends, on what each call
 * returns, and on every segment.
 *
 * @throws ClosewaitError `cannot-look` where namespaces, links or sock_diag cannot be had.
 */
export async function runModel({
  runs,
  seed,
  without,
  signal,
  onRun,
  patienceMs = PATIENCE_MS,
}: ModelRun): Promise<ModelOutcome> {
  // Loaded here: no other command needs it.
  const [fc, { SEQUENCE }] = await Promise.all([import('fast-check'), import('./draw-sequence.ts')]);
  using stack = new DisposableStack();
  const ground = stack.use(openGround());
  const canDestroy = ground.tables.a.canDestroy();
  const coverage = new Coverage();
  const failures: { readonly actions: readonly ModelAction[]; readonly played: Played }[] = [];
  const broken: unknown[] = [];
  let port = FIRST_PORT;
  const playNext = (actions: readonly ModelAction[], withinMs: number): Played => {
    port = port === LAST_PORT ? FIRST_PORT : port + 1;
    const possible = canDestroy ? actions : actions.filter(({ does }) => does !== 'destroy');
    return play(ground, possible, { port, without, patienceMs: withinMs });
  };
  const property = fc.asyncProperty(SEQUENCE, async (actions) => {
    await nextTurn();
    // fast-check has no other way to end early; what it makes smaller then ends here as well.
    if (signal.aborted || broken.length > 0) throw new Ended();
    let played: Played;
    try {
      played = playNext(actions, failures.length === 0 ? patienceMs : SHRINKING_PATIENCE_MS);
    } catch (error) {
      broken.push(error);
      throw new Ended();
    }
    if (failures.length === 0) {
      coverage.add(played);
      onRun(coverage.runs);
    }
    if (!played.disagrees) return;
    failures.push({ actions, played });
    throw new Disagreement();
  });
  const { numShrinks } = await fc.check(property, { numRuns: runs, seed });
  signal.throwIfAborted();
  if (broken.length > 0) throw broken[0];
  const [first] = failures;
  const last = failures.at(-1);
  if (first === undefined || last === undefined) return { coverage, canDestroy, disagreement: null };
  const again = playNext(last.actions, patienceMs);
  return {
    coverage,
    canDestroy,
    disagreement: again.disagrees ? { played: again, shrinks: numShrinks } : { played: first.played, shrinks: 0 },
  };
}

function openGround(): Ground & Disposable {
  using stack = new DisposableStack();
  const wire = stack.use(Wire.lay());
  const tables = {
    a: stack.use(SocketTable.open(wire.networks.a)),
    b: stack.use(SocketTable.open(wire.networks.b)),
  };
  const owned = stack.move();
  return { wire, tables, [Symbol.dispose]: () => owned.dispose() };
}
