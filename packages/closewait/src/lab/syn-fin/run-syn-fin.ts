import type { SynFinProbe, SynFinSettings, SynFinTarget, SynFinTrial } from '@closewait/core/experiment';
import { Bench } from './bench.ts';
import type { ReadLabSockets } from './lab-socket.ts';
import { NotMade } from './not-made.ts';
import { Observer } from './observer.ts';
import { PLAYS } from './plays.ts';

/** What the experiment needs from its caller. */
export interface SynFinRun {
  readonly readSockets: ReadLabSockets;
  /** Ends the run with its reason. */
  readonly signal?: AbortSignal;
  /** After each trial: how many are made. */
  readonly onTrial?: (done: number, total: number, trial: SynFinTrial) => void;
}

/** One trial to be made. */
interface Plan {
  readonly target: SynFinTarget;
  readonly probe: SynFinProbe;
  readonly settings: SynFinSettings;
}

/** Trials wait most of their time, each in its own namespace; more at a time would be late on a busy machine. */
const AT_A_TIME = 10;

const WITH_FAST_OPEN: readonly SynFinProbe[] = ['syn-fin-cookie', 'fast-open-data'];

/** With cookies for every SYN no socket is in SYN-RECEIVED; settings of a server say nothing to a client. */
const SETTINGS_OF: Readonly<Record<SynFinTarget, readonly SynFinSettings[]>> = {
  'closed-port': ['cookies-1'],
  listener: ['cookies-0', 'cookies-1', 'cookies-2', 'fast-open'],
  'syn-received': ['cookies-0', 'cookies-1', 'fast-open'],
  'fast-open-child': ['fast-open'],
  established: ['cookies-0', 'cookies-1', 'cookies-2', 'fast-open'],
  'syn-sent': ['cookies-1'],
};

/** Every trial, in the order in which they are told. */
const PLANS: readonly Plan[] = Object.entries(SETTINGS_OF).flatMap(([target, list]) =>
  Object.keys(PLAYS[target as SynFinTarget]).flatMap((probe) =>
    list
      .filter((settings) => settings === 'fast-open' || !WITH_FAST_OPEN.includes(probe as SynFinProbe))
      .map((settings) => ({ target: target as SynFinTarget, probe: probe as SynFinProbe, settings })),
  ),
);

/**
 * Makes every trial, each in a network namespace of its own that is gone afterwards. Needs CAP_SYS_ADMIN for namespaces
 * and what root of its own user namespace has there: CAP_NET_ADMIN and CAP_NET_RAW. Throws the signal's reason only.
 */
export async function runSynFin({
  readSockets,
  signal = new AbortController().signal,
  onTrial,
}: SynFinRun): Promise<readonly SynFinTrial[]> {
  const trials: SynFinTrial[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let plan = PLANS[next]; plan !== undefined; plan = PLANS[next]) {
      const index = next++;
      const trial = await makeTrial(plan, readSockets, signal);
      trials[index] = trial;
      onTrial?.(++done, PLANS.length, trial);
    }
  };
  // All of them end before this returns or throws: nothing of a trial stays behind.
  const ended = await Promise.allSettled(Array.from({ length: AT_A_TIME }, work));
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
  return trials;
}

async function makeTrial(plan: Plan, readSockets: ReadLabSockets, signal: AbortSignal): Promise<SynFinTrial> {
  signal.throwIfAborted();
  const steps: SynFinTrial['steps'][number][] = [];
  try {
    using bench = new Bench(plan.settings, readSockets);
    const observer = new Observer(bench, signal, steps);
    const play = PLAYS[plan.target][plan.probe];
    if (play === undefined) throw new NotMade('nothing to play');
    await play(observer);
    return { ...plan, notMade: null, steps };
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof NotMade) return { ...plan, notMade: cause.message, steps };
    throw cause;
  }
}
