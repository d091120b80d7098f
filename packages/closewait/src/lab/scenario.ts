/** An option of a scenario, from which the command line makes its own. */
export interface LabOption {
  readonly name: string;
  readonly says: string;
  /** What it takes: nothing, a port, or one of some words. */
  readonly takes: 'nothing' | 'port' | readonly string[];
  readonly default?: number;
  /** Names of options that make no sense beside this one. */
  readonly excludes?: readonly string[];
}

/** A scenario as data. */
export interface LabScenario {
  readonly name: string;
  /** One sentence: what happens. */
  readonly title: string;
  readonly options: readonly LabOption[];
}
