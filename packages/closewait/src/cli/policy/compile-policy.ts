import {
  type Condition,
  DEFAULTS,
  LEAST_AGE_MS,
  type Limits,
  type LimitsDocument,
  type MaintenanceWindow,
  type Policy,
  type PolicyDocument,
  type Rule,
  type RuleDocument,
  type RuleMethod,
  WEEKDAYS,
  WINDOW_DAYS,
  type WindowDocument,
} from '@closewait/core/policy';
import { parseDuration } from '../option-values.ts';

const UNLIMITED: Limits = {
  perProcess: Number.POSITIVE_INFINITY,
  total: Number.POSITIVE_INFINITY,
  perHour: Number.POSITIVE_INFINITY,
};

/** The policy of a document that was checked; `conditions` in the order of its rules. */
export function compilePolicy(document: PolicyDocument, conditions: readonly Condition[]): Policy {
  const { mode = DEFAULTS.mode, limits, protect = {}, windows = [], rules } = document;
  return {
    mode,
    limits: withLimits(DEFAULTS.limits, limits),
    protect: { processes: protect.processes ?? [], ports: protect.ports ?? [] },
    windows: windows.map(compileWindow),
    rules: rules.map((rule, place) => compileRule(rule, conditions[place])),
  };
}

function compileRule(rule: RuleDocument, condition: Condition | undefined): Rule {
  if (condition === undefined) throw new Error(`the rule ${rule.name} has no condition`);
  return {
    name: rule.name,
    condition,
    method: compileMethod(rule),
    minAgeMs: rule.minAge === undefined ? LEAST_AGE_MS : parseDuration(rule.minAge),
    grace: rule.grace ?? DEFAULTS.grace,
    limits: withLimits(UNLIMITED, rule.limits),
    allowPossible: rule.allowPossible ?? false,
  };
}

function compileMethod({ method, direction = DEFAULTS.direction, timeout = '', limit = 0 }: RuleDocument): RuleMethod {
  switch (method) {
    case 'shutdown':
      return { method, direction };
    case 'timeout':
      return { method, timeoutMs: parseDuration(timeout) };
    case 'limit':
      return { method, limit };
    default:
      return { method };
  }
}

function withLimits(defaults: Limits, { perProcess, total, perHour }: LimitsDocument = {}): Limits {
  return {
    perProcess: perProcess ?? defaults.perProcess,
    total: total ?? defaults.total,
    perHour: perHour ?? defaults.perHour,
  };
}

function compileWindow({
  days,
  from = '00:00',
  to = '24:00',
  timezone = DEFAULTS.timezone,
}: WindowDocument): MaintenanceWindow {
  return {
    days: (days ?? WINDOW_DAYS).flatMap((day) => WEEKDAYS[WINDOW_DAYS.indexOf(day)] ?? []),
    fromMin: minuteOf(from),
    toMin: minuteOf(to),
    timezone,
  };
}

/** `22:30` is 1350. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
