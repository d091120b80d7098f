import { z } from 'zod';
import { CAUSE_IDS } from '../facts/index.ts';
import { TCP_STATES } from '../tcp/index.ts';
import { TRACE_ENDS, TRACE_SCHEMA_ID, type TraceDocument } from './trace/trace-document.ts';

const ms = z.number();
const bytes = z.int().min(0);
const pid = z.int().min(1);
const state = z.enum(TCP_STATES);
const end = z.enum(TRACE_ENDS);

const threadSchema = z.strictObject({
  pid,
  tid: pid,
  does: z.enum(['in-call', 'running', 'waiting', 'stopped', 'unknown']),
  call: z.string().nullable(),
  fd: z.int().nullable(),
  about: z.string().nullable(),
  since: ms.nullable(),
});

const sideSchema = z.strictObject({
  address: z.string(),
  port: z.int().min(0).max(65_535),
  pid: pid.nullable(),
  fd: z.int().nullable(),
  state: state.nullable(),
  rxQueueBytes: bytes.nullable(),
  txQueueBytes: bytes.nullable(),
  atEnd: z.array(threadSchema),
});

const eventSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('segment'),
    at: ms,
    from: end,
    flags: z.array(z.string()),
    payloadBytes: bytes,
    sequence: bytes,
    acknowledgment: bytes.nullable(),
    window: bytes,
  }),
  z.strictObject({
    kind: z.literal('state'),
    at: ms,
    end,
    from: state.nullable(),
    to: state.nullable(),
    withinMs: ms,
    seenBy: z.enum(['tracepoint', 'sock_diag']),
  }),
  z.strictObject({
    kind: z.literal('call'),
    at: ms,
    end,
    pid,
    tid: pid,
    call: z.string(),
    fd: z.int().nullable(),
    askedBytes: bytes.nullable(),
    how: z.string().nullable(),
    returnedAt: ms.nullable(),
    result: z.int().nullable(),
    error: z.string().nullable(),
    times: z.int().min(1),
  }),
  z.strictObject({
    kind: z.literal('missing'),
    at: ms,
    end,
    what: z.enum(['accept', 'read', 'close', 'fin']),
    forMs: ms.nullable(),
    bytes: bytes.nullable(),
    isDue: z.boolean(),
  }),
]);

/** `closewait/trace/v1`: what `closewait lab NAME --show --json` prints. */
export const traceSchema: z.ZodType<TraceDocument> = z.strictObject({
  schema: z.literal(TRACE_SCHEMA_ID),
  scenario: z.strictObject({ name: z.string(), title: z.string(), cause: z.enum(CAUSE_IDS).nullable() }),
  takenAt: z.iso.datetime(),
  kernel: z.string(),
  endedAt: ms,
  lanes: z.array(
    z.strictObject({ pid, role: z.string(), comm: z.string().nullable(), parentPid: z.int().min(0).nullable() }),
  ),
  connections: z.array(
    z.strictObject({
      number: z.int().min(1),
      kind: z.int().min(1),
      client: sideSchema,
      server: sideSchema,
      events: z.array(eventSchema),
    }),
  ),
  precision: z.strictObject({
    states: z.enum(['tracepoint', 'sock_diag']),
    longestBetweenLooksMs: ms,
    clockWithinMs: ms,
  }),
  losses: z.array(z.string()),
  notSeen: z.array(z.strictObject({ what: z.string(), why: z.string(), hint: z.string().nullable() })),
});
