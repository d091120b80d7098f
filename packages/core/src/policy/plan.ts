import type { Finding } from '../diagnose/index.ts';
import type { ConnectionIdentity, OwnerIdentity } from '../facts/index.ts';
import type { PolicyAction } from './policy.ts';

/** What a policy decides about every stuck connection of one look. */
export interface Plan {
  /** The longest stuck first; of equal ones the lowest cookie. */
  readonly decisions: readonly Decision[];
  /** Whether a maintenance window is open, or none is asked for. */
  readonly isWindowOpen: boolean;
}

/**
 * - `act`: the action is to be done now.
 * - `observe`: it would be, were the policy not in the mode `observe`.
 * - `wait`: a rule matches and something holds it back, see {@link Wait}.
 * - `exempt`: no rule matches, the rule says `none`, or its method cannot be used here.
 * - `protected`: no rule was asked, see {@link ProtectionId}.
 */
export type DecisionKind = 'act' | 'observe' | 'wait' | 'exempt' | 'protected';

/** What a decision waits for. */
export const WAITS = [
  'condition',
  'confidence',
  'age',
  'grace',
  'window',
  'tried',
  'process-limit',
  'pass-limit',
  'hour-limit',
] as const;

/** One of {@link WAITS}. */
export type Wait = (typeof WAITS)[number];

/** Why a connection is protected. The last two are the policy's own, no policy removes the others. */
export const PROTECTION_IDS = [
  'half-close-in-use',
  'too-young',
  'age-unknown',
  'owner-unknown',
  'identity-unsure',
  'init',
  'ssh-session',
  'closewait-itself',
  'listed-process',
  'listed-port',
] as const;

/** One of {@link PROTECTION_IDS}. */
export type ProtectionId = (typeof PROTECTION_IDS)[number];

/** A protection that applies, and why. */
export interface Protection {
  readonly id: ProtectionId;
  /** A sentence without its full stop. */
  readonly why: string;
}

/** One decision about one connection. */
export interface Decision {
  readonly kind: DecisionKind;
  /** Compared once more at the moment of acting. */
  readonly connection: ConnectionIdentity;
  /** Null where no owner was seen, or not since when it runs. */
  readonly owner: OwnerIdentity | null;
  readonly finding: Finding;
  /** See Candidate. */
  readonly ageMs: number | null;
  /** The rule that decided; null for protections, and where none matches. */
  readonly rule: string | null;
  readonly protection: ProtectionId | null;
  readonly waitsFor: Wait | null;
  /** What is done, or would be; null for `exempt` and `protected`. */
  readonly action: PolicyAction | null;
  /** One sentence without its full stop. */
  readonly why: string;
}
