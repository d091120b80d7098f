import { z } from 'zod';
import { ACTION_METHODS, OUTCOME_KINDS } from '../../facts/index.ts';
import { PROTECTION_IDS, WAITS } from '../../policy/index.ts';
import { count, jsonInteger, nullable } from '../schema-connection.ts';
import { cause, confidence } from '../schema-finding.ts';
import { readerOutcome, unseenList } from '../schema-look.ts';
import {
  PLAN_SCHEMA_ID,
  type PlanDocument,
  type PlannedAction,
  type PlannedConnection,
  type PlannedDecision,
  type PlannedOutcome,
} from './plan-document.ts';

const action: z.ZodType<PlannedAction> = z
  .strictObject({
    method: z.enum(ACTION_METHODS),
    direction: z.exactOptional(
      z
        .enum(['read', 'write', 'both'])
        .describe('Of shutdown: the half that ends; `read`: of the other side of a relay.'),
    ),
    timeoutMs: z.exactOptional(count.describe('Of timeout: how long sent data may stay without acknowledgement.')),
    limit: z.exactOptional(count.describe('Of limit: the descriptors that the process may have.')),
  })
  .meta({ id: 'PlannedAction' });

const connection: z.ZodType<PlannedConnection> = z
  .strictObject({
    local: z.string(),
    remote: z.string(),
    family: z.enum(['ipv4', 'ipv6', 'ipv4-mapped']),
    netns: count.describe('Inode number of the network namespace.'),
    inode: count.describe('0: it was never accepted.'),
    cookie: jsonInteger.describe('Identity of the socket within one boot.'),
    ageMs: nullable(z.number().nonnegative(), 'In CLOSE-WAIT for at least so long; null: not known.'),
    owners: z.array(z.strictObject({ pid: count, tid: count, fd: count })),
  })
  .meta({ id: 'PlannedConnection', description: 'Everything that is compared once more at the moment of acting.' });

const outcome: z.ZodType<PlannedOutcome> = z
  .strictObject({
    kind: z.enum(OUTCOME_KINDS),
    detail: z.string(),
    hint: nullable(z.string(), 'The next thing to do.'),
  })
  .meta({ id: 'PlannedOutcome' });

const decision: z.ZodType<PlannedDecision> = z
  .strictObject({
    decision: z
      .enum(['act', 'observe', 'wait', 'exempt', 'protected'])
      .describe('`observe`: the action would be done, were the mode `enforce`.'),
    rule: nullable(z.string(), 'The rule that decided; null for protections, and where none matches.'),
    protection: nullable(z.enum(PROTECTION_IDS), 'Why no rule was asked.'),
    waitsFor: nullable(z.enum(WAITS), 'What holds the action back.'),
    action: nullable(action, 'What is done, would be, or is waited with.'),
    why: z.string().describe('For a person.'),
    finding: z.string().describe('Its id in the report.'),
    cause,
    confidence,
    process: nullable(
      z.strictObject({
        pid: count,
        comm: nullable(z.string(), 'Whatever the process wrote there; null: could not be read.'),
        startedAt: nullable(z.iso.datetime(), 'With the pid it identifies the process.'),
      }),
      'Whose it is; null: nobody was seen to have it.',
    ),
    connection,
    outcome: nullable(outcome, 'What became of the action; null: it was not carried out.'),
  })
  .meta({ id: 'Decision', description: 'What a policy decided about one stuck connection, and why.' });

/** The document of `closewait reap --json`, strict. */
export const planSchema: z.ZodType<PlanDocument> = z
  .strictObject({
    schema: z.literal(PLAN_SCHEMA_ID),
    takenAt: z.iso.datetime().describe('When the last look began, UTC.'),
    host: z.strictObject({ name: z.string(), kernel: z.string(), bootId: z.string() }),
    policy: z.strictObject({
      file: z.string(),
      mode: z.enum(['observe', 'enforce']),
      rules: z.array(z.string()).describe('Their names, in order.'),
    }),
    looks: count.describe('How many were taken one after the other.'),
    windowOpen: z.boolean().describe('Whether a maintenance window is open, or none is asked for.'),
    carriedOut: z.boolean().describe('False: the actions are only planned.'),
    totals: z.strictObject({
      closeWait: count.describe('In CLOSE-WAIT, of any age.'),
      passing: count.describe('Of these, too young to be called stuck.'),
      closedButHeld: count.describe('Sockets that the kernel has closed: policies are about connections.'),
      act: count,
      observe: count,
      wait: count,
      exempt: count,
      protected: count,
    }),
    decisions: z.array(decision).describe('One for each stuck connection, the longest stuck first.'),
    readers: z.array(readerOutcome).describe('How each part of the last look fared.'),
    unseen: unseenList,
  })
  .meta({ title: PLAN_SCHEMA_ID, description: 'What `closewait reap --json` prints.' });

/** The JSON Schema (draft 2020-12) of the document: its path in the repository, and its text. */
export function makeSchemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  const text = JSON.stringify(z.toJSONSchema(planSchema, { target: 'draft-2020-12' }), null, 2);
  return [{ path: 'docs/schema/plan-v1.schema.json', text: `${text}\n` }];
}
