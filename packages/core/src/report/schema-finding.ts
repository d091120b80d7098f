import { z } from 'zod';
import { CAUSE_IDS, type CauseId, type Confidence } from '../facts/index.ts';
import type { ReportClosedSocket, ReportEvidence, ReportFinding, ReportProcess } from './document.ts';
import { connection, count, type Fields, jsonInteger, nullable, owner, port } from './schema-connection.ts';

export const confidence: z.ZodType<Confidence> = z
  .enum(['certain', 'likely', 'possible'])
  .meta({ id: 'Confidence', description: 'How sure it is; `certain` is never wrong.' });
export const cause: z.ZodType<CauseId> = z
  .enum(CAUSE_IDS)
  .meta({ id: 'Cause', description: 'Why connections stay, see docs/causes.' });

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

/** How a finding's evidence is shown. */
const evidence: z.ZodType<ReportEvidence> = z
  .strictObject({
    id: z.string().describe('Stable.'),
    says: z.string().describe('For a person.'),
    value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
    from: z.exactOptional(z.string().describe('Where it was read: a netlink attribute, a file below /proc.')),
  })
  .meta({ id: 'Evidence' });

const portCount = z.strictObject({ port, count }).meta({ id: 'PortCount' });

/** The fields of a finding; an explained one has more. */
export const findingFields: Fields<ReportFinding> = {
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
  parts: z.array(z.strictObject({ says: z.string(), count })).describe('How it divides; empty where all are alike.'),
  because: nullable(z.string(), 'Id of the finding that is the root of this one; null: it is a root itself.'),
  victims: z.array(z.strictObject({ cause, count })).describe('What this finding is the root of.'),
  growth: nullable(
    z.strictObject({
      perMin: z.number(),
      lowPerMin: z.number().nonnegative().describe('95 % bound.'),
      highPerMin: z.number().nonnegative().describe('95 % bound.'),
      over: z
        .enum(['ages', 'looks'])
        .describe('From the ages of the connections, which are a history, or from two looks.'),
      windowMs: z.number().positive().describe('How long a time that is.'),
    }),
    'How fast connections get stuck; null: it does not grow, or that is not known.',
  ),
  growthPerMin: nullable(z.number(), 'The rate of `growth`; null where that is.'),
  exhaustionAt: nullable(
    z.iso.datetime(),
    'When the process has no descriptor left if all of its findings go on to grow and nothing is closed; null: not known, or the connections take none.',
  ),
  exhaustionEarliestAt: nullable(z.iso.datetime(), 'The same at the upper bounds of the rates.'),
  exhaustionLatestAt: nullable(z.iso.datetime(), 'The same at the lower bounds; null also where that is never.'),
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
};
