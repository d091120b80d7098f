import { z } from 'zod';
import {
  DEFAULTS,
  type LimitsDocument,
  type PolicyDocument,
  type RuleDocument,
  WINDOW_DAYS,
  type WindowDocument,
} from './policy-document.ts';

// The published schema is what an editor offers and what the command checks: its titles and descriptions are help texts.

/** `10s`, `500ms`, `1.5h`: as the options of the command take them. */
const duration = text(/^(?:0|\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h|d))$/, 'a duration: 500ms, 10s, 5m, 3h or 2d');
const most = z.int().min(1).max(1_000_000);
const timeOfDay = text(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day: "22:00"');
const endOfWindow = text(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day: "06:00", "24:00"');

const limits: z.ZodType<LimitsDocument> = z
  .strictObject({
    perProcess: z.exactOptional(most.describe('Actions on one process in one pass.')),
    total: z.exactOptional(most.describe('Actions in one pass.')),
    perHour: z.exactOptional(most.describe('Actions in any 60 minutes.')),
  })
  .meta({ id: 'Limits', title: 'How many actions at most' });

const window: z.ZodType<WindowDocument> = z
  .strictObject({
    days: z.exactOptional(z.array(z.enum(WINDOW_DAYS)).min(1).describe('On which it begins; default every day.')),
    from: z.exactOptional(timeOfDay.describe('Default 00:00.')),
    to: z.exactOptional(endOfWindow.describe('Exclusive; not later than `from`: on the next day. Default 24:00.')),
    timezone: z.exactOptional(
      z
        .string()
        .refine(isTimezone, 'the IANA name of a time zone: UTC, Europe/Berlin, America/New_York')
        .describe(`IANA name; default ${DEFAULTS.timezone}.`),
    ),
  })
  .meta({ id: 'Window', title: 'When something may be done' });

const rule: z.ZodType<RuleDocument> = z
  .strictObject({
    name: text(/^[\w.-]{1,64}$/, 'a name of 1 to 64 letters, digits, dots, hyphens and underscores').describe(
      'What plans and logs call it; no other rule has it.',
    ),
    when: z
      .string()
      .describe('A CEL condition over the connection, its cause and its process. docs/policy.md lists the fields.'),
    method: z
      .enum(['auto', 'destroy', 'shutdown', 'timeout', 'limit', 'thaw', 'free-descriptor', 'none'])
      .describe('What is done. `auto`: what suits the cause. `none`: nothing, and no later rule is asked.'),
    direction: z.exactOptional(
      z.enum(['write', 'both']).describe(`Of shutdown: the half that ends. Default ${DEFAULTS.direction}.`),
    ),
    timeout: z.exactOptional(duration.describe('Of timeout: how long sent data may stay without acknowledgement.')),
    limit: z.exactOptional(
      z.int().min(1).max(1_048_576).describe('Of limit: the descriptors that the process may have.'),
    ),
    acceptDescriptorReuse: z.exactOptional(
      z
        .boolean()
        .describe(
          'Of free-descriptor: true, as the program may go on to use the number, which by then is another file.',
        ),
    ),
    minAge: z.exactOptional(duration.describe('In CLOSE-WAIT for at least so long; at least 10s, the default.')),
    grace: z.exactOptional(
      z
        .int()
        .min(1)
        .max(1000)
        .describe(`In how many looks, one after the other, it must have matched. Default ${DEFAULTS.grace}.`),
    ),
    limits: z.exactOptional(limits.describe('Of this rule, beside those of the policy.')),
    allowPossible: z.exactOptional(
      z.boolean().describe('Whether a cause that is only possible is enough. Default false.'),
    ),
  })
  .meta({ id: 'Rule', title: 'What is done to which connections' });

const port = z.int().min(1).max(65_535);

/** A policy file, strict. Messages say what was expected. */
export const policySchema: z.ZodType<PolicyDocument> = z
  .strictObject({
    version: z.literal(1).describe('Of this format.'),
    mode: z.exactOptional(
      z
        .enum(['observe', 'enforce'])
        .describe(
          '`observe`, the default: says what it would do. `enforce`: does it, where closewait is run with --yes.',
        ),
    ),
    limits: z.exactOptional(
      limits.describe(
        `Of all rules together. Default perProcess ${DEFAULTS.limits.perProcess}, total ${DEFAULTS.limits.total}, perHour ${DEFAULTS.limits.perHour}.`,
      ),
    ),
    protect: z.exactOptional(
      z
        .strictObject({
          processes: z.exactOptional(
            z
              .array(z.string().min(1))
              .describe(
                'Globs: of the path where there is a slash, of the unit with a suffix of systemd, else of the name of process or program.',
              ),
          ),
          ports: z.exactOptional(z.array(port).describe('Of either end.')),
        })
        .meta({ title: 'What no rule touches' }),
    ),
    windows: z.exactOptional(z.array(window).min(1).describe('Nothing is done outside of them; default: at any time.')),
    rules: z.array(rule).min(1).describe('The first that matches decides.'),
  })
  .meta({
    title: 'A policy of closewait',
    description: 'What `closewait reap --policy FILE` may do to which connections in CLOSE-WAIT. See docs/policy.md.',
  });

/** The message is the same for another type: `minAge: 10` is no duration either. */
function text(pattern: RegExp, expected: string): z.ZodString {
  return z.string(expected).regex(pattern, expected);
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

/** The JSON Schema (draft 2020-12) of policy files. */
export function makePolicySchema(): object {
  return z.toJSONSchema(policySchema, { target: 'draft-2020-12' });
}

/** The published file: its path in the repository, and its text. */
export function makeSchemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [{ path: 'docs/schema/policy-v1.schema.json', text: `${JSON.stringify(makePolicySchema(), null, 2)}\n` }];
}
