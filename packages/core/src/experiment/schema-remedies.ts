import { z } from 'zod';
import { CAUSE_IDS } from '../facts/index.ts';
import { TCP_STATES } from '../tcp/index.ts';
import { REMEDIES_SCHEMA_ID, type RemediesDocument } from './remedies-document.ts';
import { PEERS, type PeerId, REMEDIES, type RemedyCause, type RemedyId } from './remedies-vocabulary.ts';

const REMEDY_IDS: readonly RemedyId[] = REMEDIES.map(({ id }) => id);
const PEER_IDS: readonly PeerId[] = PEERS.map(({ id }) => id);
const milliseconds = z.number().nonnegative();
const cause: z.ZodType<RemedyCause> = z
  .enum(CAUSE_IDS.filter((id) => id !== 'undetermined'))
  .meta({ id: 'Cause', description: 'Why a connection stays.' });
const remedy: z.ZodType<RemedyId> = z.enum(REMEDY_IDS).meta({ id: 'Remedy', description: 'What is done about it.' });
const peer: z.ZodType<PeerId> = z.enum(PEER_IDS).meta({ id: 'Peer', description: 'What the other end is like.' });
const state = z.enum(TCP_STATES).describe('As RFC 9293 spells it; CLOSED: the kernel lists no such socket.');
const place = { cause, remedy, peer };

const call = z.strictObject({ atMs: milliseconds, call: z.string(), answer: z.string() });

const measured = z.strictObject({
  ...place,
  outcome: z.literal('measured'),
  answer: z.string().nullable().describe('What was answered to what was done from outside: `ok` or an error.'),
  connection: z.strictObject({
    result: z.enum(['ended', 'moved', 'stayed']),
    leftAfterMs: milliseconds.nullable().describe('When it left CLOSE-WAIT.'),
    state: state.describe('At the end of the watching.'),
  }),
  descriptor: z.strictObject({
    heldBy: z.enum(['descriptor', 'accept-queue', 'message']),
    freed: z.boolean(),
    afterMs: milliseconds.nullable(),
  }),
  worker: z.strictObject({
    result: z.enum(['free', 'freed', 'lost']).describe('`free`: it serves others with nothing done too.'),
    afterMs: milliseconds.nullable(),
  }),
  transitions: z.array(
    z.strictObject({
      atMs: milliseconds,
      end: z.enum(['own', 'peer']),
      state,
      from: z.enum(['segment', 'sock_diag']).describe('What tells of it.'),
    }),
  ),
  ownerSees: z.array(call).describe('Calls of the program since the remedy.'),
  ownerWouldSee: z
    .array(call.omit({ atMs: true }))
    .describe('What calls on the descriptor answered after the watching, where it was still open.'),
  peerSees: z.array(call),
  segments: z
    .array(
      z.strictObject({ atMs: milliseconds, by: z.enum(['own', 'peer']), says: z.string(), count: z.int().positive() }),
    )
    .describe('On the wire, equal ones counted.'),
});

const unmeasured = z.strictObject({ ...place, outcome: z.enum(['not-applicable', 'not-measured']), why: z.string() });

/** The document of `closewait lab remedies --json`. */
export const remediesSchema: z.ZodType<RemediesDocument> = z
  .strictObject({
    schema: z.literal(REMEDIES_SCHEMA_ID),
    takenAt: z.iso.datetime(),
    host: z.strictObject({ name: z.string(), kernel: z.string() }),
    tookMs: milliseconds,
    watchedMs: milliseconds.describe('For so long each cell was watched: what stays stayed for so long.'),
    sysctls: z.record(z.string(), z.number()).describe('net.ipv4, set in the private namespaces alone.'),
    causes: z.array(cause).describe('Rows.'),
    remedies: z
      .array(
        z.strictObject({
          id: remedy,
          where: z.enum(['control', 'inside', 'outside']),
          title: z.string(),
          says: z.string(),
        }),
      )
      .describe('Columns.'),
    peers: z.array(z.strictObject({ id: peer, letter: z.string(), title: z.string(), says: z.string() })),
    cells: z.array(z.discriminatedUnion('outcome', [measured, unmeasured])),
  })
  .meta({
    title: REMEDIES_SCHEMA_ID,
    description: 'What each remedy gives back for each cause, measured on real sockets.',
  });
