import type { Finding } from '../diagnose/index.ts';
import type { Facts } from '../facts/index.ts';
import type { Moment } from './policy-state.ts';

/** What one look learned, as a policy needs it. */
export interface PolicyLook {
  readonly facts: Facts;
  /** Of these facts, and of every connection that is stuck: narrowed findings would end the sightings of the others. */
  readonly findings: readonly Finding[];
  readonly now: Moment;
  /** This program and its ancestors; none where the facts are another host's. */
  readonly ownPids: ReadonlySet<number>;
}
