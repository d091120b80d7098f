import type { KernelSetting } from '../../facts/index.ts';
import type { Actor, StateSetting } from './states-document.ts';

/** A setting and what it decides about a state. */
export interface RulingSetting extends Pick<StateSetting, 'unit' | 'says'> {
  readonly name: KernelSetting;
}

/** What is to be known of a state beyond its transitions. */
export interface StateKnowledge {
  /** In one or two sentences. */
  readonly means: string;
  /** What Linux makes of it, and where the figure misleads. */
  readonly linux: string;
  readonly acts: Actor;
  readonly actsHow: string;
  /** How long it may last on Linux. */
  readonly lasts: string;
  readonly settings: readonly RulingSetting[];
  readonly usual: string;
  readonly trouble: string;
  readonly todo: string;
  /** The next command. */
  readonly next: string;
  readonly references: readonly string[];
}
