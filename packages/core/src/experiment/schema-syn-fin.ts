import { z } from 'zod';
import { TCP_STATES } from '../tcp/index.ts';
import {
  SYN_FIN_FATES,
  SYN_FIN_PROBES,
  SYN_FIN_SCHEMA_ID,
  SYN_FIN_SETTINGS,
  SYN_FIN_SIGHTS,
  SYN_FIN_TARGETS,
  type SynFinReport,
  type SynFinStep,
  type SynFinTrial,
  type SynFinVerdict,
} from './syn-fin-document.ts';

const count = z.int().nonnegative();
const target = z.enum(SYN_FIN_TARGETS).meta({ id: 'Target', description: 'What meets the segments.' });
const probe = z.enum(SYN_FIN_PROBES).meta({ id: 'Probe', description: 'What is tried.' });
const settings = z
  .enum(SYN_FIN_SETTINGS)
  .meta({ id: 'Settings', description: 'net.ipv4.tcp_syncookies 0, 1 or 2; or 1 and tcp_fastopen 3.' });
const fate = z.enum(SYN_FIN_FATES).meta({ id: 'Fate', description: 'What became of a segment with SYN and FIN.' });

const step: z.ZodType<SynFinStep> = z
  .strictObject({
    flags: z.string().describe('Of the segment that was sent: `SYN+FIN`, `no flags`.'),
    payloadBytes: count,
    sight: z
      .enum(SYN_FIN_SIGHTS)
      .describe('`seen`: counted by the kernel and watched on the wire; otherwise the step is not to be used.'),
    answers: z.array(
      z.strictObject({
        flags: z.string(),
        acknowledges: z.union([count, z.null()]).describe('SEG.ACK minus the sequence number that was sent.'),
        payloadBytes: count,
        afterMs: z.number().describe('Milliseconds since the segment was received.'),
      }),
    ),
    counters: z
      .record(z.string(), z.int())
      .describe('What moved of Tcp (/proc/net/snmp), TcpExt and IpExt (/proc/net/netstat), by group and name.'),
    listenerDrops: z.union([count, z.null()]).describe('SK_MEMINFO_DROPS of the listener; null: not told.'),
    acceptQueue: z.union([count, z.null()]).describe('Connections that wait for accept(2); null: no listener.'),
    sockets: z.array(
      z.strictObject({
        state: z.enum(TCP_STATES),
        hasFile: z.boolean().describe('False: in the accept queue, or only a request.'),
        rxQueueBytes: count,
      }),
    ),
  })
  .meta({ id: 'Step', description: 'One segment, and what came of it.' });

const trial: z.ZodType<SynFinTrial> = z
  .strictObject({
    target,
    probe,
    settings,
    notMade: z.union([z.string(), z.null()]).describe('What kept the trial from being made; null: it was made.'),
    steps: z.array(step),
  })
  .meta({ id: 'Trial', description: 'One probe at one target, in a network namespace of its own.' });

const verdict: z.ZodType<SynFinVerdict> = z.strictObject({
  makesCloseWait: z.enum(['no', 'yes', 'undecided']),
  listener: fate.describe('What a listener does with SYN+FIN.'),
  fates: z.array(z.strictObject({ target, probe, fate, settings: z.array(settings) })),
  controls: z
    .array(z.strictObject({ says: z.string(), holds: z.boolean() }))
    .describe('What has to be so, or nothing follows from the other trials.'),
  says: z.array(z.string()).describe('The verdict in sentences, the first one in short.'),
});

/** The document of `closewait lab syn-fin --json`, strict. */
export const synFinSchema: z.ZodType<SynFinReport> = z
  .strictObject({
    schema: z.literal(SYN_FIN_SCHEMA_ID),
    takenAt: z.iso.datetime().describe('When the experiment began, UTC.'),
    kernel: z.string(),
    windowMs: count.describe('How long each segment was given to be answered.'),
    tookMs: count,
    verdict,
    trials: z.array(trial),
  })
  .meta({ title: SYN_FIN_SCHEMA_ID, description: 'What `closewait lab syn-fin --json` prints.' });
