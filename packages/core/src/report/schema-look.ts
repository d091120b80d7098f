import { z } from 'zod';
import type { ReportReader, ReportUnseen } from './document.ts';

/** What every document says of the look that it was made from. */
export const unknownWhy: z.ZodType<'denied' | 'unsupported' | 'gone' | 'not-asked' | 'garbled'> = z
  .enum(['denied', 'unsupported', 'gone', 'not-asked', 'garbled'])
  .meta({
    id: 'UnknownWhy',
    description:
      'Why something is not known: refused, not in this kernel, ended meanwhile, not looked at, not decodable.',
  });

/** One part of the look, with how it fared. */
export const readerOutcome: z.ZodType<ReportReader> = z.strictObject({
  name: z.string(),
  ok: z.boolean(),
  ms: z.number().nonnegative().describe('Milliseconds that it took.'),
  why: z.exactOptional(unknownWhy),
  detail: z.exactOptional(z.string()),
  hint: z.exactOptional(z.string()),
});

const unseenThing = z.strictObject({
  what: z.string(),
  why: unknownWhy,
  detail: z.string(),
  hint: z.string().nullable().describe('What to do.'),
});

/** What the look could not see. */
export const unseenList: z.ZodType<readonly ReportUnseen[]> = z
  .array(unseenThing)
  .describe('What exists, or may, and could not be looked at.');
