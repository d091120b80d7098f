import type { Finding, StuckConnection } from '../diagnose/index.ts';
import type { Reading } from '../facts/index.ts';
import type { Sighting } from './policy-state.ts';

/** A policy whose conditions are compiled: what closewait may do by itself, to which connections, and how often. */
export interface Policy {
  /** `observe`: says what it would do. `enforce`: does it. */
  readonly mode: 'observe' | 'enforce';
  /** In the order of the file: the first that matches decides. Names are unique. */
  readonly rules: readonly Rule[];
  readonly protect: ProtectList;
  /** Nothing is done outside of them; none: at any time. */
  readonly windows: readonly MaintenanceWindow[];
  /** Of all rules together. */
  readonly limits: Limits;
}

/** One rule of a policy. */
export interface Rule {
  readonly name: string;
  readonly condition: Condition;
  readonly method: RuleMethod;
  /** Milliseconds, at least {@link LEAST_AGE_MS}. */
  readonly minAgeMs: number;
  /** In how many looks, one after the other, the rule must have matched the same connection; at least 1. */
  readonly grace: number;
  /** Of this rule; those of the policy apply as well. */
  readonly limits: Limits;
  /** Whether a finding that is only `possible` is enough. */
  readonly allowPossible: boolean;
}

/** What a rule does: an action, the one that suits the cause, or nothing, which exempts what it matches from later rules. */
export type RuleMethod = PolicyAction | { readonly method: 'auto' } | { readonly method: 'none' };

/** An action with everything that it needs, see ActionMethod. */
export type PolicyAction =
  | { readonly method: 'destroy' | 'thaw' | 'free-descriptor' }
  | {
      readonly method: 'shutdown';
      /**
       * `read` is said of the other side of a relay, by `auto` alone: of the connection in CLOSE-WAIT ending it does nothing
       * (docs/remedies.md).
       */
      readonly direction: 'read' | 'write' | 'both';
    }
  /** Milliseconds that sent data may stay without an acknowledgement. */
  | { readonly method: 'timeout'; readonly timeoutMs: number }
  /** Descriptors that the owner may have. */
  | { readonly method: 'limit'; readonly limit: number };

/** How many actions at most; `Infinity` where nothing limits them. */
export interface Limits {
  /** Of one process in one pass. */
  readonly perProcess: number;
  /** In one pass. */
  readonly total: number;
  /** In any 60 minutes. */
  readonly perHour: number;
}

/** Processes and ports that no rule touches, beside those that are protected in any case. */
export interface ProtectList {
  /** Globs: with a slash for the executable's path, with a systemd suffix for the unit, others for the name. */
  readonly processes: readonly string[];
  /** Of either end of a connection. */
  readonly ports: readonly number[];
}

/** Days as Intl shortens them in English, from which windows are read. */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** One of {@link WEEKDAYS}. */
export type Weekday = (typeof WEEKDAYS)[number];

/** A time of the week in which something may be done. */
export interface MaintenanceWindow {
  /** On which it begins. */
  readonly days: readonly Weekday[];
  /** Minutes since midnight of the wall clock, 0 to 1439. */
  readonly fromMin: number;
  /** Exclusive, up to 1440; not later than `fromMin`: on the next day. */
  readonly toMin: number;
  /** IANA name. */
  readonly timezone: string;
}

/** A connection that a policy decides about. */
export interface Candidate {
  readonly finding: Finding;
  readonly connection: StuckConnection;
  /** In CLOSE-WAIT for at least so long: what the kernel tells, or since it was first seen; null where neither is known. */
  readonly ageMs: number | null;
  /** What is remembered of it; null: it is seen for the first time. */
  readonly before: Sighting | null;
}

/** The condition of a rule, compiled. */
export interface Condition {
  /** It depends on the finding and its process alone, so it is asked once for all connections of a finding. */
  readonly isAboutFinding: boolean;
  /** Not known where it depends on something that is not known. */
  readonly holds: (candidate: Candidate) => Reading<boolean>;
}

/** No policy acts on younger connections. Milliseconds. */
export const LEAST_AGE_MS = 10_000;
