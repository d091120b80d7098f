import { z } from 'zod';
import { modelSchema } from './schema-model.ts';
import { remediesSchema } from './schema-remedies.ts';
import { synFinSchema } from './schema-syn-fin.ts';
import { traceSchema } from './schema-trace.ts';

export { modelSchema, remediesSchema, synFinSchema, traceSchema };

/** The JSON Schemas (draft 2020-12) of what the laboratory's experiments print: path in the repository, and text. */
export function makeSchemaFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: 'docs/schema/model-v1.schema.json', text: toJsonSchema(modelSchema) },
    { path: 'docs/schema/remedies-v1.schema.json', text: toJsonSchema(remediesSchema) },
    { path: 'docs/schema/syn-fin-v1.schema.json', text: toJsonSchema(synFinSchema) },
    { path: 'docs/schema/trace-v1.schema.json', text: toJsonSchema(traceSchema) },
  ];
}

function toJsonSchema(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { target: 'draft-2020-12' }), null, 2)}\n`;
}
