import { z } from 'zod';
import { TCP_STATES } from '../tcp/index.ts';
import { CAPTURE_SCHEMA_ID, type CaptureDocument } from './capture-document.ts';
import { DOUBT_IDS } from './verdict.ts';

const count = z.number().int().nonnegative();
const ms = z.number().nonnegative();
const time = z.iso.datetime();
const endpoint = z.string().describe('`192.0.2.1:443`, `[2001:db8::1]:443`.');
const doubtId = z.enum(DOUBT_IDS).meta({ id: 'DoubtId' });
const state = z.enum(TCP_STATES).meta({ id: 'TcpState', description: 'As RFC 9293 spells it.' });

const unread = z.strictObject({
  'not-tcp': count,
  fragment: count.describe('Later fragments of IP packets.'),
  cut: count.describe('Too little of it was captured for a TCP header.'),
  malformed: count,
  'link-not-read': count,
});

const end = z.strictObject({
  endpoint,
  state: state.nullable().describe('When all that was seen has arrived; null: nothing of this end was seen.'),
  statesIfLost: z.array(state).describe('When the last segments on their way to it have not all arrived.'),
  segments: count,
  dataOctets: count.describe('Octets of data that were seen, repeated ones once.'),
  missingOctets: count.describe('Octets of its sequence space that the capture has not seen.'),
  synAt: time.nullable(),
  finAt: time.nullable(),
  finSends: count,
  finAcknowledgedAt: time.nullable(),
  resetAt: time.nullable(),
  windowClosedSince: time.nullable().describe('Its window is closed at the end of the capture since then.'),
});

const owes = z.strictObject({
  endpoint,
  since: time.describe("When the other end's FIN was seen first."),
  ageMs: ms.describe('From then to the end of the capture.'),
  receivedAt: time.nullable().describe('When this end acknowledged that FIN; null: not seen.'),
  provenUntil: time.nullable().describe('Up to when a segment of its own proves that it had not sent its FIN.'),
  provenMs: ms.nullable(),
  octetsAfterFin: count.describe('New octets that it sent after it had acknowledged the FIN.'),
  lastDataAt: time.nullable(),
});

const doubt = z.strictObject({
  id: doubtId,
  says: z.string(),
  decides: z.string().nullable().describe('What would decide; null: nothing does any more.'),
});

const verdictCounts = z.strictObject({
  closed: count.describe('Both have sent a FIN.'),
  reset: count,
  'half-closed': count.describe('One owes its FIN.'),
  'half-close-in-use': count,
  open: count,
  unanswered: count,
  'cannot-say': count,
});

const connection = z
  .strictObject({
    ends: z.tuple([end, end]).describe('The end that opened it first; or the one that was seen first.'),
    opening: z.enum(['seen', 'partly', 'not-seen']),
    firstAt: time,
    lastAt: time,
    verdict: verdictCounts.keyof(),
    confidence: z
      .enum(['certain', 'likely', 'possible'])
      .nullable()
      .describe('Only of half-closed. Certain: proven for at least the minimum age by segments of the end itself.'),
    owes: owes.nullable(),
    betweenFinsMs: ms.nullable().describe('Only of closed.'),
    resetBy: endpoint.nullable().describe('Only of reset.'),
    doubts: z.array(doubt).describe('Why the verdict is not surer, or why there is none.'),
    strays: count.describe('Segments outside of any window, and RSTs that nobody takes.'),
  })
  .meta({ id: 'CapturedConnection' });

/** What `closewait pcap FILE --json` prints. */
export const captureSchema: z.ZodType<CaptureDocument> = z.strictObject({
  schema: z.literal(CAPTURE_SCHEMA_ID),
  file: z.string(),
  tool: z.string(),
  packets: z.strictObject({ read: count, segments: count, tagged: count.describe('With a VLAN tag.'), unread }),
  links: z.array(z.strictObject({ name: z.string(), packets: count })),
  firstAt: time.nullable(),
  endedAt: time.nullable(),
  endIs: z.enum(['last-packet', 'capture-stopped']),
  dropped: count.nullable().describe('Packets that the capture says it dropped; null: it does not say.'),
  minAgeMs: ms,
  verdicts: verdictCounts,
  cannotSay: z.array(z.strictObject({ id: doubtId, says: z.string(), count })),
  forgotten: count.describe('Connections that were not followed to their end because there were too many.'),
  slowestClose: connection.nullable().describe('The longest time from the first FIN to the second.'),
  owing: z
    .array(
      z.strictObject({
        endpoint,
        count,
        byConfidence: z.strictObject({ certain: count, likely: count, possible: count }),
        oldestSince: time,
        oldestAgeMs: ms,
        connections: z.array(connection),
      }),
    )
    .describe('Who owes its FIN, the oldest first.'),
  connections: z.array(connection).describe('Other connections that had not ended; with --all every other one.'),
  notes: z.array(
    z.strictObject({
      id: z.enum([
        'capture-dropped',
        'drops-unknown',
        'timestamps-run-back',
        'control-only',
        'octets-missing',
        'damaged',
        'forgotten',
        'fragments',
        'cut',
        'malformed',
        'link-not-read',
        'end-unknown',
      ]),
      says: z.string(),
    }),
  ),
});

/** The JSON Schema (draft 2020-12) of the document: its path in the repository, and its text. */
export function makeSchemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  const text = JSON.stringify(z.toJSONSchema(captureSchema, { target: 'draft-2020-12' }), null, 2);
  return [{ path: 'docs/schema/capture-v1.schema.json', text: `${text}\n` }];
}
