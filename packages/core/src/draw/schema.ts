import { z } from 'zod';
import { KERNEL_SETTINGS, type StateCounts } from '../facts/index.ts';
import { readerOutcome, unknownWhy, unseenList } from '../report/schema-look.ts';
import { type Section, TCP_EVENTS, TCP_STATES } from '../tcp/index.ts';
import {
  type ExplainedState,
  STATES_SCHEMA_ID,
  type StateChange,
  type StatesDocument,
} from './states/states-document.ts';

/** A published JSON Schema: its path in the repository and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

const count = z.int().nonnegative();
const state = z.enum(TCP_STATES).describe('As RFC 9293 section 3.3.2 spells it.');

const counts: z.ZodType<StateCounts> = z
  .strictObject({
    LISTEN: count,
    'SYN-SENT': count,
    'SYN-RECEIVED': count,
    ESTABLISHED: count,
    'FIN-WAIT-1': count,
    'FIN-WAIT-2': count,
    'CLOSE-WAIT': count,
    CLOSING: count,
    'LAST-ACK': count,
    'TIME-WAIT': count,
  })
  .meta({ id: 'Counts', description: 'Sockets in each state but CLOSED, which no table of the kernel lists.' });

const part = z.int().positive();
const section: z.ZodType<Section> = z.union([
  z.templateLiteral(['3.', part]),
  z.templateLiteral(['3.', part, '.', part]),
  z.templateLiteral(['3.', part, '.', part, '.', part]),
]);

const change: z.ZodType<StateChange> = z
  .strictObject({
    state: state.describe('The state before, or after.'),
    event: z.enum(TCP_EVENTS),
    sends: z.enum(['SYN', 'SYN,ACK', 'ACK', 'FIN', 'RST', 'data']).nullable(),
    section: section.describe('Of RFC 9293.'),
    opening: z.enum(['passive', 'active']).nullable().describe('Only for connections opened this way; null: for all.'),
    orderly: z.boolean().describe('False for ABORT, RST and timeouts of the user.'),
  })
  .meta({ id: 'Change', description: 'A transition into the state, or out of it.' });

const explained: z.ZodType<ExplainedState> = z
  .strictObject({
    state,
    role: z
      .enum(['active', 'passive', 'both', 'neither'])
      .describe('Who closed first: this side, the peer, both at once, nobody.'),
    means: z.string(),
    linux: z.string().describe('What Linux makes of it.'),
    enters: z.array(change),
    leaves: z.array(change),
    acts: z.enum(['this program', 'this kernel', 'the peer', 'either side']).describe('Who can leave the state.'),
    actsHow: z.string(),
    lasts: z.string(),
    settings: z.array(
      z.strictObject({
        name: z.enum(KERNEL_SETTINGS).describe('For sysctl(8).'),
        value: z.int().nullable().describe('In the own network namespace; null: not known.'),
        why: unknownWhy.nullable().describe('Null where the value is known.'),
        unit: z.enum(['seconds', 'attempts', 'sockets']).nullable(),
        says: z.string(),
      }),
    ),
    usual: z.string(),
    trouble: z.string(),
    todo: z.string(),
    next: z.string().describe('The next command.'),
    references: z.array(z.string()),
    count: count.nullable().describe('Sockets in this state; null for CLOSED.'),
    localPorts: z.array(z.strictObject({ port: z.int().min(0).max(65_535), count })).describe('Most first, at most 5.'),
    localPortCount: count.describe('All of them.'),
    holders: z
      .array(
        z.strictObject({
          pid: count,
          comm: z.string().nullable().describe('Null: could not be read.'),
          count: count.describe('Sockets of this state that it holds.'),
        }),
      )
      .describe('Most first, at most 5.'),
    holderCount: count.describe('All of them.'),
    unheld: count.describe('Sockets with an inode whose holder was not seen.'),
    ownerless: count.describe('Sockets without an inode: no process has them, or has them yet.'),
  })
  .meta({ id: 'ExplainedState', description: 'Everything about one state.' });

/** The document of `closewait states --json`, strict. */
export const statesSchema: z.ZodType<StatesDocument> = z
  .strictObject({
    schema: z.literal(STATES_SCHEMA_ID),
    takenAt: z.iso.datetime().describe('When the look began, UTC.'),
    host: z.strictObject({
      name: z.string(),
      kernel: z.string(),
      bootId: z.string().describe('Inodes of namespaces are unique within one boot.'),
    }),
    sockets: count.describe('TCP sockets that were seen.'),
    counts,
    linux: z.strictObject({
      requestSockets: count.describe('Of SYN-RECEIVED: request sockets of a listener.'),
      orphanedFinWait2: count.describe('Of FIN-WAIT-2: no process has them any more.'),
      notAccepted: count.describe('Of ESTABLISHED and CLOSE-WAIT: they wait in an accept queue.'),
    }),
    namespaces: z.array(
      z.strictObject({
        inode: count,
        path: z.string(),
        sockets: count.nullable().describe('Null: could not be looked into.'),
        counts: counts.nullable(),
      }),
    ),
    explained: explained.nullable().describe('Null where no state was asked for.'),
    readers: z.array(readerOutcome),
    unseen: unseenList,
  })
  .meta({ title: STATES_SCHEMA_ID, description: 'What `closewait states --json` prints.' });

/** The JSON Schemas (draft 2020-12) of the documents that belong to pictures. */
export function makeSchemaFiles(): readonly SchemaFile[] {
  const schema = z.toJSONSchema(statesSchema, { target: 'draft-2020-12' });
  return [{ path: 'docs/schema/states-v1.schema.json', text: `${JSON.stringify(schema, null, 2)}\n` }];
}
