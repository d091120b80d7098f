/** How days are written, in the order of WEEKDAYS. */
export const WINDOW_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A policy as it is written, checked by the schema and not compiled: durations and conditions are text. */
export interface PolicyDocument {
  readonly version: 1;
  readonly mode?: 'observe' | 'enforce';
  readonly limits?: LimitsDocument;
  readonly protect?: { readonly processes?: readonly string[]; readonly ports?: readonly number[] };
  readonly windows?: readonly WindowDocument[];
  readonly rules: readonly RuleDocument[];
}

/** Limits as they are written; what is left out has a default, or is not limited by a rule. */
export interface LimitsDocument {
  readonly perProcess?: number;
  readonly total?: number;
  readonly perHour?: number;
}

export interface WindowDocument {
  readonly days?: readonly (typeof WINDOW_DAYS)[number][];
  /** `22:00`. */
  readonly from?: string;
  /** `06:00`, `24:00`. */
  readonly to?: string;
  readonly timezone?: string;
}

export interface RuleDocument {
  readonly name: string;
  readonly when: string;
  readonly method: 'destroy' | 'shutdown' | 'timeout' | 'limit' | 'thaw' | 'auto' | 'free-descriptor' | 'none';
  /** Of `shutdown`. */
  readonly direction?: 'write' | 'both';
  /** Of `timeout`. */
  readonly timeout?: string;
  /** Of `limit`. */
  readonly limit?: number;
  /** Of `free-descriptor`. */
  readonly acceptDescriptorReuse?: boolean;
  readonly minAge?: string;
  readonly grace?: number;
  readonly limits?: LimitsDocument;
  readonly allowPossible?: boolean;
}

/** What holds where a policy says nothing. */
export const DEFAULTS = {
  mode: 'observe',
  limits: { perProcess: 20, total: 100, perHour: 200 },
  grace: 2,
  direction: 'both',
  timezone: 'UTC',
} as const;
