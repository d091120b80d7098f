import { z } from 'zod';
import { ACTION_METHODS, OUTCOME_KINDS } from '../facts/index.ts';
import { count, jsonInteger, nullable } from '../report/schema-connection.ts';
import { cause, confidence } from '../report/schema-finding.ts';
import { readerOutcome, unseenList } from '../report/schema-look.ts';
import { TCP_STATES } from '../tcp/index.ts';
import { AUDIT_SCHEMA_ID, type AuditRecord } from './audit-record.ts';
import {
  CLOSE_SCHEMA_ID,
  type CloseAction,
  type CloseAudit,
  type CloseConnection,
  type CloseDocument,
  type CloseLeg,
  type CloseOrder,
  type CloseOutcome,
  type CloseOwner,
  type CloseProcess,
} from './close-document.ts';
import type { Frees, Sighting } from './order.ts';

const owner: z.ZodType<CloseOwner> = z
  .strictObject({ pid: count, tid: count, fd: count })
  .meta({ id: 'CloseOwner', description: 'A descriptor that was seen to refer to it.' });

const connection: z.ZodType<CloseConnection> = z
  .strictObject({
    local: z.string(),
    remote: z.string(),
    family: z.enum(['ipv4', 'ipv6', 'ipv4-mapped']),
    netns: count.describe('Inode number of the network namespace.'),
    cookie: jsonInteger.describe('Identity of the socket within one boot.'),
    rxQueueBytes: count,
    txQueueBytes: count,
    ageMs: nullable(z.number().nonnegative(), 'In CLOSE-WAIT for at least so long; null: not known.'),
  })
  .meta({ id: 'CloseConnection', description: 'Everything that is compared once more at the moment of acting.' });

const leg: z.ZodType<CloseLeg> = z
  .strictObject({ local: z.string(), remote: z.string(), cookie: jsonInteger, owners: z.array(owner) })
  .meta({ id: 'CloseLeg', description: 'The other side of a relay, in FIN-WAIT-2.' });

const action: z.ZodType<CloseAction> = z
  .strictObject({
    method: z.enum(ACTION_METHODS),
    direction: z.exactOptional(z.enum(['read', 'write', 'both']).describe('Of shutdown: the half that ends.')),
    leg: z.exactOptional(nullable(leg, 'Of shutdown: what is shut down in place of the connection.')),
    timeoutMs: z.exactOptional(count.describe('Of timeout: TCP_USER_TIMEOUT.')),
    keepalive: z.exactOptional(z.boolean().describe('Of timeout: whether keepalive is switched on too.')),
    soft: z.exactOptional(count.describe('Of limit: the soft limit that is set.')),
    hard: z.exactOptional(nullable(count, 'Of limit: the hard one; null: unlimited.')),
  })
  .meta({ id: 'CloseAction' });

const freed = z.enum(['yes', 'no', 'depends']);
const frees: z.ZodType<Frees> = z
  .strictObject({
    connection: freed,
    descriptor: freed,
    worker: z.enum(['yes', 'no', 'depends', 'not-lost']).describe('`not-lost`: it serves others anyhow.'),
  })
  .meta({ id: 'CloseFrees', description: 'By the measurements of docs/remedies.md; `depends`: on the peer.' });

const outcome: z.ZodType<CloseOutcome> = z
  .strictObject({
    kind: z.enum(OUTCOME_KINDS),
    detail: z.string(),
    hint: nullable(z.string(), 'The next thing to do.'),
  })
  .meta({ id: 'CloseOutcome', description: 'What became of the order, as it was seen afterwards.' });

const standing = z.enum([...TCP_STATES, 'another']);
const sighting: z.ZodType<Sighting> = z
  .strictObject({
    state: nullable(standing, 'CLOSED: not listed any more; `another` has its addresses; null: could not be read.'),
    descriptor: nullable(
      z.enum(['open', 'free', 'other', 'none']),
      'What its number leads to; `none`: nobody was seen to have one.',
    ),
    leg: nullable(standing, 'Of the other side of a relay.'),
    openDescriptors: nullable(count, 'Of its process.'),
    ownerRuns: nullable(z.boolean(), 'Whether its process is there still.'),
    goesOn: nullable(z.boolean(), 'Whether a process that was stopped runs.'),
  })
  .meta({ id: 'CloseSighting', description: 'What was seen at one moment.' });

const order: z.ZodType<CloseOrder> = z
  .strictObject({
    finding: z.string().describe('Its id in the report.'),
    cause,
    confidence,
    pid: nullable(count, 'Whose it is; null: nobody was seen to have it.'),
    connection: nullable(connection, 'Null: the kernel has ended it, and the descriptor is held still.'),
    inode: count.describe('0: it was never accepted.'),
    owners: z.array(owner),
    action: nullable(action, 'Null: nothing is done.'),
    refusal: nullable(
      z.strictObject({ why: z.string(), hint: nullable(z.string(), 'What to do instead.') }),
      'Why nothing is done.',
    ),
    frees: nullable(frees, 'Null: nothing is done, or it was not measured.'),
    outcome: nullable(outcome, 'Null: a dry run, or not known yet.'),
    before: nullable(sighting, 'Immediately before.'),
    after: nullable(sighting, 'When what was to come had come, or its time had passed.'),
  })
  .meta({ id: 'CloseOrder', description: 'What an order comes to for one connection, and what became of it.' });

const process: z.ZodType<CloseProcess> = z
  .strictObject({
    pid: count,
    comm: nullable(z.string(), 'Whatever the process wrote there.'),
    startedAt: nullable(z.iso.datetime(), 'With the pid it identifies the process.'),
    unit: z.string().nullable(),
    container: z.string().nullable(),
    descriptors: nullable(
      z.strictObject({
        limit: nullable(count, 'Null: unlimited.'),
        before: count,
        after: nullable(count, 'Null: nothing was carried out, or it could not be read again.'),
      }),
      'Null: could not be read.',
    ),
    restart: nullable(z.string(), 'What restarts its unit or container.'),
  })
  .meta({ id: 'CloseProcess' });

const audit: z.ZodType<CloseAudit> = z
  .strictObject({
    file: nullable(z.string(), 'Null: to no file.'),
    journal: z.boolean(),
    problem: nullable(z.string(), 'What could not be written.'),
  })
  .meta({ id: 'CloseAudit', description: 'Where each action was written down.' });

const outcomeCounts = z.strictObject({
  ended: count,
  'already-gone': count,
  changed: count,
  denied: count,
  unsupported: count,
  refused: count,
  unconfirmed: count,
});

/** The document of `closewait close --json`, strict. */
export const closeSchema: z.ZodType<CloseDocument> = z
  .strictObject({
    schema: z.literal(CLOSE_SCHEMA_ID),
    takenAt: z.iso.datetime().describe('When the look began that the orders were made from, UTC.'),
    host: z.strictObject({ name: z.string(), kernel: z.string(), bootId: z.string() }),
    method: z.enum(['auto', ...ACTION_METHODS]).describe('As it was ordered.'),
    carriedOut: z.boolean().describe('False: a dry run, nothing was changed.'),
    totals: z.strictObject({
      selected: count,
      planned: count.describe('Those with an action.'),
      outcomes: outcomeCounts,
    }),
    processes: z.array(process),
    orders: z.array(order),
    audit: nullable(audit, 'Null: nothing was carried out.'),
    readers: z.array(readerOutcome).describe('How each part of the look fared.'),
    unseen: unseenList,
  })
  .meta({ title: CLOSE_SCHEMA_ID, description: 'What `closewait close --json` prints.' });

/** One line of the audit, strict. */
export const auditSchema: z.ZodType<AuditRecord> = z
  .strictObject({
    schema: z.literal(AUDIT_SCHEMA_ID),
    id: z.string().describe('Of the action: the same in both of its records, and in no others.'),
    phase: z
      .enum(['ordered', 'done'])
      .describe(
        '`ordered`: written before it is done. `done`: with what came of it. The first without the second: the command ended in between.',
      ),
    at: z.iso.datetime().describe('When it was about to be done, or when the outcome was known, UTC.'),
    who: z
      .strictObject({
        uid: count.describe('Effective.'),
        loginUid: nullable(count, 'Who logged in, as the kernel keeps it through sudo and su; null: nobody.'),
        pid: count,
        command: z.string(),
      })
      .describe('Who ordered it.'),
    rule: nullable(z.string(), 'The rule of a policy; null: by hand.'),
    host: z.string(),
    bootId: z.string(),
    process: nullable(
      z.strictObject({ pid: count, comm: z.string().nullable(), startedAt: z.iso.datetime().nullable() }),
      'Whose it was.',
    ),
    order,
  })
  .meta({
    title: AUDIT_SCHEMA_ID,
    description: 'A line of the audit: an action before it is done, or what came of it.',
  });

/** The JSON Schemas (draft 2020-12) of the documents: their paths in the repository, and their text. */
export function makeSchemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  const textOf = (schema: z.ZodType): string =>
    `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12' }), null, 2)}\n`;
  return [
    { path: 'docs/schema/close-v1.schema.json', text: textOf(closeSchema) },
    { path: 'docs/schema/audit-v1.schema.json', text: textOf(auditSchema) },
  ];
}
