import { z } from 'zod';
import { ENDINGS } from './passive-close.ts';
import {
  WATCH_SCHEMA_ID,
  type WatchClose,
  type WatchDocument,
  type WatchLosses,
  type WatchOwner,
  type WatchStarted,
  type WatchStillOpen,
  type WatchSummary,
} from './watch-document.ts';

const count = z.int().nonnegative();
const ms = z.number().nonnegative();
const schema = z.literal(WATCH_SCHEMA_ID);
const at = z.iso.datetime().describe('UTC: of an end, when it ended; of others, when the line was made.');

const process = { pid: count.nullable(), name: z.string().nullable().describe('Whatever the process wrote there.') };

const owner: z.ZodType<WatchOwner> = z
  .strictObject({
    by: z
      .enum(['closer', 'holder', 'listener', 'unknown'])
      .describe('How it is known: it closed it, it was seen to hold it, it listens on the port.'),
    ...process,
    why: z.string().nullable().describe('Why it is not known.'),
  })
  .meta({ id: 'WatchOwner', description: 'Whose the connection was.' });

const connection = {
  local: z.string().describe('`192.0.2.1:443`, `[2001:db8::1]:443`; port 0: the kernel did not tell it any more.'),
  remote: z.string(),
  finAt: z.iso.datetime().nullable().describe('When the FIN came; null: before the watch, or not known.'),
  stayedMs: ms.describe('In CLOSE-WAIT, at least.'),
  stayedAtMostMs: ms.nullable().describe('Equal to `stayedMs` where that is exact; null: nothing bounds it.'),
  owner,
} as const;

const started: z.ZodType<WatchStarted> = z
  .strictObject({
    schema,
    kind: z.literal('started'),
    at,
    method: z.enum(['trace', 'polling']).describe('`trace`: every transition. `polling`: what a look finds.'),
    why: z.string().nullable().describe('Why there is no trace.'),
    everyMs: ms.nullable().describe('Between two looks.'),
    slowerThanMs: ms,
    limits: z.array(z.string()).describe('What this watch cannot tell.'),
  })
  .meta({ id: 'WatchStarted', description: 'The first line.' });

const close: z.ZodType<WatchClose> = z
  .strictObject({
    schema,
    kind: z.literal('close'),
    at,
    ...connection,
    endedBy: z.enum(ENDINGS),
    resetSent: z.boolean().nullable().describe('Whether the peer got a reset in place of a FIN; null: not known.'),
    actor: z.strictObject(process).nullable().describe('The process that ended it; null: none did, or not known.'),
  })
  .meta({ id: 'WatchClose', description: 'A connection has left CLOSE-WAIT.' });

const stillOpen: z.ZodType<WatchStillOpen> = z
  .strictObject({
    schema,
    kind: z.literal('still-open'),
    at,
    ...connection,
    atEnd: z.boolean().describe('True: the watch ended. False: it has just been there for longer than asked.'),
  })
  .meta({ id: 'WatchStillOpen', description: 'A connection that is still in CLOSE-WAIT.' });

const losses: z.ZodType<WatchLosses> = z
  .strictObject({
    schema,
    kind: z.literal('losses'),
    at,
    events: count.describe("Events that the kernel's buffer had no room for."),
    lines: count.describe('Lines that the reader of this output was too slow for.'),
  })
  .meta({ id: 'WatchLosses', description: 'What was lost since the last such line.' });

const summary: z.ZodType<WatchSummary> = z
  .strictObject({
    schema,
    kind: z.literal('summary'),
    at,
    watchedMs: ms,
    closes: count,
    byEnding: z.strictObject({
      close: count,
      shutdown: count,
      exit: count,
      unread: count,
      abort: count,
      reset: count,
      destroy: count,
      timeout: count,
      unknown: count,
    }),
    slow: count.describe('Closes that took longer than asked.'),
    stillOpen: count,
    stillOpenSlow: count.describe('Of them, longer than asked.'),
    slowestMs: ms.nullable(),
    lostEvents: count,
    lostLines: count,
    endsLost: count.describe('Connections whose end was lost.'),
    startsMissing: count.describe('Ends whose begin was lost, or came before the watch and was not found.'),
    bufferKilobytes: count.nullable().describe('Of each processor, at the end.'),
    processors: count.nullable(),
    distributions: z.array(z.strictObject({ of: z.string(), count, p50Ms: ms, p90Ms: ms, p99Ms: ms, maxMs: ms })),
  })
  .meta({ id: 'WatchSummary', description: 'The last line.' });

/** One line of `closewait watch --json`, strict. */
export const watchSchema: z.ZodType<WatchDocument> = z
  .union([started, close, stillOpen, losses, summary])
  .meta({ title: WATCH_SCHEMA_ID, description: 'One line of `closewait watch --json`.' });

/** The JSON Schema (draft 2020-12) of the documents: its path in the repository, and its text. */
export function makeSchemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  const text = JSON.stringify(z.toJSONSchema(watchSchema, { target: 'draft-2020-12' }), null, 2);
  return [{ path: 'docs/schema/watch-v1.schema.json', text: `${text}\n` }];
}
