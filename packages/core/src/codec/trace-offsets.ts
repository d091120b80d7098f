import { type Decoded, decoded, problem } from './decoded.ts';
import type { TraceFormat } from './trace-format.ts';

/** Where fields lie in the records of an event, and how long a record is at least. */
export interface TraceOffsets<Name extends string> {
  readonly at: Readonly<Record<Name, number>>;
  readonly neededBytes: number;
}

/** The offsets of fields that have the sizes that are asked for; for readers that take them straight from a page. */
export function traceOffsets<Name extends string>(
  { name: event, fields }: TraceFormat,
  sizes: Readonly<Record<Name, number>>,
): Decoded<TraceOffsets<Name>> {
  const at: Record<Name, number> = { ...sizes };
  let neededBytes = 0;
  for (const name in sizes) {
    const field = fields.get(name);
    if (field === undefined || field.isElsewhere || field.bytes !== sizes[name]) {
      return problem(`trace event ${event}`, 0, `a field ${name} of ${sizes[name]} bytes`, 'none, or of another size');
    }
    at[name] = field.offset;
    neededBytes = Math.max(neededBytes, field.offset + field.bytes);
  }
  return decoded({ at, neededBytes });
}
