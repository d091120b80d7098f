import { z } from 'zod';
import { LANGUAGES } from '../diagnose/index.ts';
import { TCP_STATES } from '../tcp/index.ts';
import type { ReportFinding } from './document.ts';
import type {
  ExplainedFinding,
  ExplainedThread,
  ExplainedThreads,
  Sequence,
  SequenceHolder,
  SequenceStep,
} from './explain-document.ts';
import { connection, connectionProcessFields, count, type Fields, nullable } from './schema-connection.ts';
import { cause, confidence } from './schema-finding.ts';

const ageMs = nullable(z.number().nonnegative(), 'Milliseconds before the look; null: not known.');
const share = (about: string): z.ZodType<number | null> => nullable(z.number().min(0).max(1), about);

const thread: z.ZodType<ExplainedThread> = z
  .strictObject({
    tid: count,
    name: z.string().describe('Whatever the process wrote there, at most 15 bytes.'),
    state: z.string().describe('One letter of proc(5).'),
    does: z.string().describe('For a person.'),
    call: nullable(z.string(), 'System call; null: in none, or not known.'),
    descriptor: nullable(count, 'Descriptor of that call; null: it takes none, or that is not known.'),
    target: nullable(z.string(), 'What that leads to: `:8000` a listener, `-> 192.0.2.1:443` a connection.'),
    wchan: nullable(z.string(), 'Kernel function in which it waits; null: none is named, which proves nothing.'),
    busyShare: share('Part of the time between the looks on a processor, or ready for one; null: one look.'),
    idleMs: nullable(z.number().nonnegative(), 'Milliseconds since it last ran, to some percent; null: not known.'),
    steady: nullable(z.boolean(), 'Whether both looks saw it in the same call; null: one look.'),
  })
  .meta({ id: 'Thread' });

const threads: z.ZodType<ExplainedThreads> = z
  .strictObject({
    count: count.describe('All of the process.'),
    runtime: nullable(
      z.enum(['node', 'go', 'jvm', 'python', 'dotnet', 'php', 'ruby', 'beam', 'nginx', 'haproxy']),
      'A hint, from the names of files; null: not known.',
    ),
    frozen: nullable(z.boolean(), 'Whether its cgroup is frozen; null: not known.'),
    listed: z.array(thread).max(1000).describe('Those that were looked at.'),
  })
  .meta({ id: 'Threads' });

const holder: z.ZodType<SequenceHolder> = z
  .strictObject({
    ...connectionProcessFields,
    tid: count.describe('Differs from `pid` where only the descriptor table of that thread has it.'),
    fd: count,
    cloexec: nullable(z.boolean(), 'Whether exec closes it; null where nobody asked.'),
  })
  .meta({ id: 'Holder' });

const lane = z.enum(['peer', 'kernel', 'program']);

const step: z.ZodType<SequenceStep> = z
  .strictObject({
    id: z.string().describe('Stable.'),
    from: lane,
    to: lane,
    says: z.string(),
    done: z.boolean().describe('False: it has not happened.'),
    ageMs,
    ageIs: nullable(z.enum(['exact', 'at-least', 'since-first-seen']), 'Null where `ageMs` is.'),
  })
  .meta({ id: 'Step' });

const sequence: z.ZodType<Sequence> = z
  .strictObject({
    connection,
    accepted: z.boolean().describe('False: it waits in the accept queue.'),
    holders: z.array(holder).describe('Who holds it; for one that was not accepted, who has its listener.'),
    peer: nullable(
      z.strictObject({ state: z.enum(TCP_STATES), netns: count, inode: count, holders: z.array(holder) }),
      'The other end, where it is on this host; null: it is not, or is no more.',
    ),
    steps: z.array(step).describe('In order; what is owed comes last.'),
  })
  .meta({ id: 'Sequence', description: 'What happened on the oldest connection, from its counters.' });

/** What an explained finding has beside a finding. */
export const explainedFields: Fields<Omit<ExplainedFinding, keyof ReportFinding>> = {
  summary: z.string().describe('What happens in general, in one sentence.'),
  explanation: z.string().describe('The same in a paragraph.'),
  others: z
    .array(z.strictObject({ cause, confidence, summary: z.string() }))
    .describe('As `alternatives`, with what each is in one sentence.'),
  codeFixes: z
    .array(z.strictObject({ language: z.enum(LANGUAGES), says: z.string() }))
    .describe('For the language of this process first.'),
  threads: nullable(threads, 'Null: nobody looked.'),
  sequence: nullable(sequence, 'Null: there is no connection.'),
};
