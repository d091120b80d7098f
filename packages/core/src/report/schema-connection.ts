import { z } from 'zod';
import { TCP_STATES } from '../tcp/index.ts';
import {
  CONNECTION_SCHEMA_ID,
  type ConnectionProcess,
  type ConnectionRow,
  type JsonInteger,
  type ReportConnection,
  type ReportOwner,
} from './document.ts';

export const count: z.ZodInt = z.int().nonnegative();
export const port: z.ZodInt = z.int().min(0).max(65_535);
export const nullable = <T extends z.ZodType>(type: T, about: string): z.ZodNullable<T> =>
  type.nullable().describe(about);

export const jsonInteger: z.ZodType<JsonInteger> = z
  .union([count, z.string().regex(/^\d{16,20}$/)])
  .meta({ id: 'Integer', description: 'An unsigned 64-bit integer: a string of decimal digits from 2^53 on.' });
export const owner: z.ZodType<ReportOwner> = z
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
  interest: nullable(
    z.string(),
    'Which events the owner waits for on it: `IN, level`, `OUT only, edge`, `ONESHOT fired`, `not watched`; null where nobody asked.',
  ),
} as const;

export const connection: z.ZodType<ReportConnection> = z
  .strictObject(connectionFields)
  .meta({ id: 'Connection', description: 'One connection as the kernel told it.' });

/** A validator for each field of a document. */
export type Fields<T> = { readonly [K in keyof T]: z.ZodType<T[K]> };

export const connectionProcessFields: Fields<ConnectionProcess> = {
  pid: count,
  comm: nullable(z.string(), 'Whatever the process wrote there, at most 15 bytes; null: could not be read.'),
  unit: nullable(z.string(), 'systemd unit; null: in none, or not known.'),
  container: nullable(z.string(), 'Runtime and whole id, as `docker:…`; null: in none, or not known.'),
};

const connectionProcess: z.ZodType<ConnectionProcess> = z
  .strictObject(connectionProcessFields)
  .meta({ id: 'ConnectionProcess' });

/** One row of `closewait ls --json`, strict. */
export const connectionRowSchema: z.ZodType<ConnectionRow> = z
  .strictObject({
    ...connectionFields,
    process: nullable(connectionProcess, 'Whom it belongs to; null where no owner was seen.'),
  })
  .meta({ title: CONNECTION_SCHEMA_ID, description: 'One line of `closewait ls --json`.' });
