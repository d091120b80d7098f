import { z } from 'zod';
import { TCP_STATES } from '../tcp/index.ts';
import { REPORT_SCHEMA_ID, type Report, type ReportFinding } from './document.ts';
import { EXPLANATION_SCHEMA_ID, type ExplainedFinding, type Explanation } from './explain-document.ts';
import { count, nullable } from './schema-connection.ts';
import { explainedFields } from './schema-explain.ts';
import { findingFields } from './schema-finding.ts';
import { readerOutcome, unseenList } from './schema-look.ts';

const lookFields = {
  takenAt: z.iso.datetime().describe('When the look began, UTC.'),
  host: z.strictObject({
    name: z.string(),
    kernel: z.string(),
    bootId: z.string().describe('Pids, cookies and inodes are unique within one boot.'),
  }),
  windowMs: nullable(z.number().nonnegative(), 'Milliseconds between the two looks; null: one look.'),
  readers: z
    .array(readerOutcome)
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
  unseen: unseenList,
} as const;

const finding: z.ZodType<ReportFinding> = z
  .strictObject(findingFields)
  .meta({ id: 'Finding', description: 'Connections of one process that have one cause.' });

const explainedFinding: z.ZodType<ExplainedFinding> = z
  .strictObject({ ...findingFields, ...explainedFields })
  .meta({ id: 'ExplainedFinding', description: 'A finding of a report, with everything that was read for it.' });

/** The document of `closewait --json`, strict. */
export const reportSchema: z.ZodType<Report> = z
  .strictObject({
    schema: z.literal(REPORT_SCHEMA_ID),
    ...lookFields,
    findings: z.array(finding).describe('The most urgent first.'),
  })
  .meta({ title: REPORT_SCHEMA_ID, description: 'What `closewait --json` prints.' });

/** The document of `closewait explain --json`, strict. */
export const explanationSchema: z.ZodType<Explanation> = z
  .strictObject({
    schema: z.literal(EXPLANATION_SCHEMA_ID),
    ...lookFields,
    findings: z.array(explainedFinding).describe('The most urgent first.'),
  })
  .meta({ title: EXPLANATION_SCHEMA_ID, description: 'What `closewait explain --json` prints.' });
