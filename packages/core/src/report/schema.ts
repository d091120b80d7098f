import { z } from 'zod';
import { CAUSE_IDS } from '../facts/index.ts';
import { TCP_STATES } from '../tcp/index.ts';
import {
  CONNECTION_SCHEMA_ID,
  type ConnectionProcess,
  type ConnectionRow,
  type JsonInteger,
  REPORT_SCHEMA_ID,
  type Report,
  type ReportClosedSocket,
  type ReportConnection,
  type ReportEvidence,
  type ReportFinding,
  type ReportOwner,
  type ReportProcess,
} from './document.ts';

const count = z.int().nonnegative();
const port = z.int().min(0).max(65_535);
const nullable = <T extends z.ZodType>(type: T, about: string): z.ZodNullable<T> => type.nullable().describe(about);

const jsonInteger: z.ZodType<JsonInteger> = z
  .union([count, z.string().regex(/^\d{16,20}$/)])
  .meta({ id: 'Integer', description: 'An unsigned 64-bit integer: a string of decimal digits from 2^53 on.' });
const confidence = z
  .enum(['certain', 'likely', 'possible'])
  .meta({ id: 'Confidence', description: 'How sure it is; `certain` is never wrong.' });
const cause = z.enum(CAUSE_IDS).meta({ id: 'Cause', description: 'Why connections stay, see docs/causes.' });
const unknownWhy = z.enum(['denied', 'unsupported', 'gone', 'not-asked', 'garbled']).meta({
  id: 'UnknownWhy',
  description:
    'Why something is not known: refused, not in this kernel, ended meanwhile, not looked at, not decodable.',
});

const owner: z.ZodType<ReportOwner> = z
  .strictObject({
    pid: count,
    tid: count.describe('Differs from `pid` where only the descriptor table of that thread has it.'),
    fd: count,
    cloexec: nullable(z.boolean(), 'Whether exec closes it; null where nobody asked.'),
  })
  .meta({ id: 'Owner', description: 'A descriptor that refers to the socket.' });

const connectionFields = {
  local: z.string().describe('`192.0.2.1:443`, `[2001:db8::1]:443` or, mapped, `[::ffff:192.0.2.1]:443`.'),
  remote: z.string().describe('The peer, spelt as `local`.'),
  state: z.enum(TCP_STATES).describe('As RFC 9293 section 3.3.2 spells it.'),
  family: z.enum(['ipv4', 'ipv6', 'ipv4-mapped']).describe('`ipv4-mapped`: an IPv6 socket that speaks IPv4.'),
  netns: count.describe('Inode number of the network namespace.'),
  uid: count.describe('User of the socket.'),
  inode: count.describe('0: no file exists for it, it was never accepted or is a remainder of the kernel.'),
  cookie: jsonInteger.describe('Identity of the socket within one boot.'),
  rxQueueBytes: count.describe('Bytes that were not read; an unread FIN counts as 1.'),
  txQueueBytes: count.describe('Bytes that the peer has not acknowledged.'),
  bytesReceived: nullable(
    jsonInteger,
    'Bytes over the whole life, the FIN counts as 1; null: the kernel did not tell.',
  ),
  bytesSent: nullable(jsonInteger, 'Bytes over the whole life; null: the kernel did not tell.'),
  ageMs: nullable(z.number().nonnegative(), "Milliseconds since the peer's FIN; null: not known, or no CLOSE-WAIT."),
  ageIs: nullable(
    z.enum(['exact', 'at-least', 'since-first-seen']),
    '`exact`: nothing was acknowledged after the FIN. `at-least`: it may be older. Null where `ageMs` is.',
  ),
  owners: z.array(owner).describe('Every descriptor that was seen to refer to it.'),
  timer: z
    .strictObject({
      kind: z.enum(['none', 'retransmit', 'keepalive', 'time-wait', 'persist']),
      expiresMs: z.number().nonnegative().describe('Milliseconds until it fires; 0 for `none`.'),
      retransmits: count,
    })
    .describe('The pending timer of the kernel.'),
  interest: nullable(z.string(), 'Which events the owner waits for on it; null where nobody asked.'),
} as const;

const connection: z.ZodType<ReportConnection> = z
  .strictObject(connectionFields)
  .meta({ id: 'Connection', description: 'One connection as the kernel told it.' });

const connectionProcess: z.ZodType<ConnectionProcess> = z
  .strictObject({
    pid: count,
    comm: nullable(z.string(), 'Whatever the process wrote there, at most 15 bytes; null: could not be read.'),
    unit: nullable(z.string(), 'systemd unit; null: in none, or not known.'),
    container: nullable(z.string(), 'Runtime and whole id, as `docker:…`; null: in none, or not known.'),
  })
  .meta({ id: 'ConnectionProcess' });

/** One row of `closewait ls --json`, strict. */
export const connectionRowSchema: z.ZodType<ConnectionRow> = z
  .strictObject({
    ...connectionFields,
    process: nullable(connectionProcess, 'Whom it belongs to; null where no owner was seen.'),
  })
  .meta({ title: CONNECTION_SCHEMA_ID, description: 'One line of `closewait ls --json`.' });

const process: z.ZodType<ReportProcess> = z
  .strictObject({
    pid: count,
    comm: nullable(z.string(), 'Whatever the process wrote there, at most 15 bytes; null: could not be read.'),
    exe: nullable(z.string(), 'Path of the program; null: could not be read.'),
    cmdline: nullable(z.array(z.string()), 'Only the first word unless the arguments were asked for.'),
    maskedArguments: count.describe('How many words `cmdline` leaves out.'),
    uid: nullable(count, 'Effective user; null: could not be read.'),
    startedAt: nullable(z.iso.datetime(), 'With the pid it identifies the process; exact to 10 ms.'),
    cgroup: nullable(z.string(), 'Path of the control group.'),
    unit: nullable(z.string(), 'systemd unit; null: in none, or not known.'),
    container: nullable(z.string(), 'Runtime and whole id, as `docker:…`; null: in none, or not known.'),
    netns: nullable(count, 'Inode number of its network namespace.'),
    descriptors: nullable(
      z.strictObject({
        open: count.describe('All that are open.'),
        limit: nullable(count, 'Soft RLIMIT_NOFILE; null: unlimited.'),
        closeWait: count.describe('On connections in CLOSE-WAIT, of any age.'),
        closedButHeld: count.describe('On connections that the kernel has closed.'),
      }),
      'Null: could not be read.',
    ),
  })
  .meta({ id: 'Process' });

const closedSocket: z.ZodType<ReportClosedSocket> = z
  .strictObject({
    inode: count,
    protocol: z.enum(['TCP', 'TCPv6']),
    bytesReceived: nullable(jsonInteger, 'Null: it could not be asked.'),
    bytesSent: nullable(jsonInteger, 'Null: it could not be asked.'),
    owners: z.array(owner),
  })
  .meta({ id: 'ClosedSocket', description: 'Closed by the kernel, still held by a process: without addresses.' });

const evidence: z.ZodType<ReportEvidence> = z
  .strictObject({
    id: z.string().describe('Stable.'),
    says: z.string().describe('For a person.'),
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  })
  .meta({ id: 'Evidence' });

const portCount = z.strictObject({ port, count }).meta({ id: 'PortCount' });

const finding: z.ZodType<ReportFinding> = z
  .strictObject({
    id: z.string().describe('The same for the same process, cause and group in the next look.'),
    cause,
    confidence,
    severity: z
      .enum(['leak', 'stall', 'benign'])
      .describe('`leak`: descriptors go for good. `stall`: work has stopped. `benign`: harmless as it is.'),
    title: z.string().describe('One sentence.'),
    process: nullable(process, 'Null: no holder was seen.'),
    listener: nullable(
      z.strictObject({
        local: z.string(),
        acceptQueue: count.describe('Connections that wait for accept.'),
        backlog: count.describe('The queue holds one more than this.'),
      }),
      'The listening socket of these connections; null where none is known.',
    ),
    count: count.describe('Connections and closed sockets, all of them.'),
    oldestAgeMs: nullable(z.number().nonnegative(), 'Milliseconds; null: no age is known.'),
    oldestAgeIs: nullable(z.enum(['exact', 'at-least']), '`exact` only where the age of every connection is.'),
    newestAgeMs: nullable(z.number().nonnegative(), 'Milliseconds; null: no age is known.'),
    growthPerMin: nullable(z.number(), 'Connections a minute; null: one look does not tell.'),
    exhaustionAt: nullable(z.iso.datetime(), 'When the descriptors run out at this growth; null: not known.'),
    peers: z
      .array(z.strictObject({ address: z.string(), count }).meta({ id: 'PeerCount' }))
      .max(100)
      .describe('Most first; IPv4-mapped addresses as IPv4.'),
    peerCount: count.describe('Peer addresses, also those that `peers` has no room for.'),
    localPorts: z.array(portCount).max(100).describe('Most first.'),
    remotePorts: z.array(portCount).max(100).describe('Most first.'),
    evidence: z.array(evidence).describe('What speaks for the cause.'),
    against: z.array(evidence).describe('What speaks against it.'),
    missing: z
      .array(z.strictObject({ id: z.string(), why: z.string(), hint: nullable(z.string(), 'What would supply it.') }))
      .describe('What would decide and was not seen.'),
    alternatives: z.array(z.strictObject({ cause, confidence })).describe('Other causes that the evidence allows.'),
    remedies: z.array(
      z.strictObject({
        id: z.string(),
        command: nullable(z.string(), 'To paste; null where the remedy is no command.'),
        does: z.string(),
        frees: z.strictObject({ connection: z.boolean(), descriptor: z.boolean(), worker: z.boolean() }),
        risk: z.string(),
        peerSees: z.string(),
      }),
    ),
    codeFix: z.string().describe('What to change in the program.'),
    docs: z.string().describe('Path of the documentation page in the repository.'),
    connections: z.array(connection).max(100).describe('The oldest, oldest first; `count` is whole.'),
    closed: z.array(closedSocket).max(100),
  })
  .meta({ id: 'Finding', description: 'Connections of one process that have one cause.' });

/** The document of `closewait --json`, strict. */
export const reportSchema: z.ZodType<Report> = z
  .strictObject({
    schema: z.literal(REPORT_SCHEMA_ID),
    takenAt: z.iso.datetime().describe('When the look began, UTC.'),
    host: z.strictObject({
      name: z.string(),
      kernel: z.string(),
      bootId: z.string().describe('Pids, cookies and inodes are unique within one boot.'),
    }),
    readers: z
      .array(
        z.strictObject({
          name: z.string(),
          ok: z.boolean(),
          ms: z.number().nonnegative().describe('Milliseconds that it took.'),
          why: z.exactOptional(unknownWhy),
          detail: z.exactOptional(z.string()),
          hint: z.exactOptional(z.string()),
        }),
      )
      .describe('How each part of the look fared; `why`, `detail` and `hint` where something was not read.'),
    namespaces: z.array(
      z.strictObject({
        inode: count,
        path: z.string(),
        sockets: nullable(count, 'TCP sockets; null: could not be looked into.'),
      }),
    ),
    totals: z.strictObject({
      closeWait: count.describe('Connections in CLOSE-WAIT that were seen.'),
      passing: count.describe('Of these, younger than the minimum age.'),
      reported: count.describe('Connections in findings, after the selection.'),
      closedButHeld: count.describe('Sockets that the kernel has closed and a process still holds.'),
      byState: nullable(
        z.partialRecord(z.enum(TCP_STATES), count),
        'TCP sockets; null: only some states were asked for.',
      ),
    }),
    findings: z.array(finding).describe('The most urgent first.'),
    unseen: z
      .array(
        z.strictObject({
          what: z.string(),
          why: unknownWhy,
          detail: z.string(),
          hint: nullable(z.string(), 'What to do.'),
        }),
      )
      .describe('What exists, or may, and could not be looked at.'),
  })
  .meta({ title: REPORT_SCHEMA_ID, description: 'What `closewait --json` prints.' });

/** A published JSON Schema: its path in the repository and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

/** The JSON Schemas (draft 2020-12) of the documents that the command prints. */
export function makeSchemaFiles(): readonly SchemaFile[] {
  return [
    { path: 'docs/schema/report-v1.schema.json', text: toJsonSchema(reportSchema) },
    { path: 'docs/schema/connection-v1.schema.json', text: toJsonSchema(connectionRowSchema) },
  ];
}

function toJsonSchema(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12' }), null, 2)}\n`;
}
