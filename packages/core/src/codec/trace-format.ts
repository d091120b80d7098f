import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, parseWhole } from './text.ts';

/** Where a field of a trace event lies in its record. */
export interface TraceField {
  readonly offset: number;
  /** Of the whole field: 48 for `unsigned long args[6]`. */
  readonly bytes: number;
  readonly isSigned: boolean;
  /** How many elements an array has; 1 for a scalar. */
  readonly count: number;
  /** `__data_loc`: the field holds where the text lies, and how long it is. */
  readonly isElsewhere: boolean;
}

/** The layout of a trace event on this kernel: its `format` file. */
export interface TraceFormat {
  readonly name: string;
  /** What stands in `common_type` of its records. */
  readonly id: number;
  readonly fields: ReadonlyMap<string, TraceField>;
}

/** `field:unsigned long args[6];	offset:16;	size:48;	signed:0;`, trace_event_format_show of kernel/trace/trace_events.c. */
const FIELD =
  /^\s*field:(?<declaration>[^;]+);\s*offset:(?<offset>\d+);\s*size:(?<bytes>\d+);\s*signed:(?<signed>[01]);$/;
const DECLARATION = /(?<name>\w+)\s*(?:\[(?<count>\d*)\])?$/;
const WHAT = 'format of a trace event';

/** `events/SYSTEM/NAME/format` of tracefs; also `events/header_page`, which has neither a name nor a number. */
export function decodeTraceFormat(bytes: Uint8Array): Decoded<TraceFormat> {
  const lines = decodeText(bytes).split('\n');
  const name = lines.find((line) => line.startsWith('name: '))?.slice('name: '.length) ?? '';
  const id = parseWhole(lines.find((line) => line.startsWith('ID: '))?.slice('ID: '.length)) ?? 0;
  const fields = new Map<string, TraceField>();
  for (const line of lines) {
    if (!line.trimStart().startsWith('field:')) continue;
    const field = parseField(line);
    if (field === null) return problem(WHAT, 0, 'field:…; offset:…; size:…; signed:…;', quoteInput(line));
    const { name: fieldName, ...where } = field;
    fields.set(fieldName, where);
  }
  return fields.size === 0 ? problem(WHAT, 0, 'fields', quoteInput(lines[0] ?? '')) : decoded({ name, id, fields });
}

function parseField(line: string): (TraceField & { readonly name: string }) | null {
  const parts = FIELD.exec(line)?.groups;
  const declared = DECLARATION.exec(parts?.['declaration'] ?? '')?.groups;
  const name = declared?.['name'];
  const offset = parseWhole(parts?.['offset']);
  const bytes = parseWhole(parts?.['bytes']);
  if (parts === undefined || name === undefined || offset === null || bytes === null) return null;
  return {
    name,
    offset,
    bytes,
    isSigned: parts['signed'] === '1',
    count: parseWhole(declared?.['count']) ?? 1,
    isElsewhere: /^__(?:data|rel)_loc\b/.test(parts['declaration'] ?? ''),
  };
}
