import type { LabCause } from './cause.ts';
import type { Stage } from './stage.ts';

/** A scenario that builds one cause. */
export interface CauseScenario {
  readonly name: string;
  /** One sentence: what happens. */
  readonly title: string;
  /** The one right answer of a diagnosis. */
  readonly cause: LabCause;
  /** Another cause that nobody can tell from it from outside: it looks the same in everything that the kernel shows. */
  readonly looksLike?: LabCause;
  /** Starts its programs, and answers when all have done their part; the kernel may still be at work. */
  readonly start: (stage: Stage) => Promise<Scene>;
}

/** What a scenario promises. */
export interface Scene {
  /** The processes that the cause is about: they hold the connections, or the listener in whose queue these wait. */
  readonly pids: readonly number[];
  /** The connections that it is about are those with this port at this end. */
  readonly port: number;
  readonly end: 'local' | 'remote';
  /** So many are in CLOSE-WAIT and none in another state. 0: the kernel has closed all that the processes hold. */
  readonly closeWait: number;
  /** Of these, so many are stuck for another cause than the scenario's, which is their root. */
  readonly victims?: readonly { readonly cause: LabCause; readonly count: number }[];
}
