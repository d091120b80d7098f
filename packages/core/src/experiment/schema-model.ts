import { z } from 'zod';
import { TCP_EVENTS, TCP_STATES } from '../tcp/index.ts';
import { LINUX_RULE_IDS } from '../tcp/linux/index.ts';
import { MODEL_SCHEMA_ID, type ModelReport, type ModelSight } from './model-document.ts';

const count = z.int().nonnegative();
const state = z.enum(TCP_STATES).meta({ id: 'State', description: 'As RFC 9293 spells it.' });
const section = z
  .string()
  .regex(/^3(\.\d+){1,3}$/)
  .describe('Of RFC 9293.');
const rule = z.enum(LINUX_RULE_IDS).meta({ id: 'Rule', description: 'A departure of Linux from RFC 9293.' });

const sight: z.ZodType<ModelSight> = z
  .strictObject({
    answer: z
      .union([z.int(), z.string(), z.null()])
      .describe('What the call returned: a number, or the name of the error; null: no call.'),
    a: z.string(),
    b: z.string(),
    acceptQueue: z.union([count, z.null()]).describe('Connections that wait at b; null: it does not listen.'),
    sent: z.array(z.string()).describe('Segments in numbers from the initial sequence numbers on.'),
  })
  .meta({ id: 'Sight', description: 'What can be seen after a step.' });

/** The document of `closewait lab model --json`, strict. */
export const modelSchema: z.ZodType<ModelReport> = z
  .strictObject({
    schema: z.literal(MODEL_SCHEMA_ID),
    takenAt: z.iso.datetime().describe('When the first sequence began, UTC.'),
    kernel: z.string(),
    seed: z.int(),
    runs: count,
    steps: count,
    repeats: count.describe('Segments that a sender sent again.'),
    tookMs: count,
    without: z.array(rule).describe('Rules that the model went without.'),
    leftOut: z.array(z.string()).describe('What the sequences had to do without, and why.'),
    states: z.array(z.strictObject({ state, seen: count })),
    transitions: z.array(
      z.strictObject({
        from: state,
        event: z.enum(TCP_EVENTS),
        to: state,
        section,
        seen: count,
        unreached: z.union([z.string(), z.null()]).describe('Why no sequence gets there.'),
      }),
    ),
    rules: z.array(
      z.strictObject({
        rule,
        says: z.string(),
        section,
        instead: z.string(),
        source: z.string(),
        seen: count,
      }),
    ),
    disagreement: z.union([
      z.null(),
      z.strictObject({
        shrinks: count,
        steps: z.array(
          z.strictObject({ action: z.string(), model: sight, kernel: sight, reasons: z.array(z.string()) }),
        ),
      }),
    ]),
  })
  .meta({ title: MODEL_SCHEMA_ID, description: 'What `closewait lab model --json` prints.' });
