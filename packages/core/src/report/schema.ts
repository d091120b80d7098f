import { z } from 'zod';
import { connectionRowSchema } from './schema-connection.ts';
import { explanationSchema, reportSchema } from './schema-report.ts';

export { connectionRowSchema, explanationSchema, reportSchema };

/** A published JSON Schema: its path in the repository and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

/** The JSON Schemas (draft 2020-12) of the documents that the command prints. */
export function makeSchemaFiles(): readonly SchemaFile[] {
  return [
    { path: 'docs/schema/report-v1.schema.json', text: toJsonSchema(reportSchema) },
    { path: 'docs/schema/explain-v1.schema.json', text: toJsonSchema(explanationSchema) },
    { path: 'docs/schema/connection-v1.schema.json', text: toJsonSchema(connectionRowSchema) },
  ];
}

function toJsonSchema(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12' }), null, 2)}\n`;
}
