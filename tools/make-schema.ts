import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeSchemaFiles as makeCaptureSchemas } from '@closewait/core/capture/schema';
import { makeSchemaFiles as makeDrawSchemas } from '@closewait/core/draw/schema';
import { makeSchemaFiles as makeEventSchemas } from '@closewait/core/events/schema';
import { makeSchemaFiles as makeExperimentSchemas } from '@closewait/core/experiment/schema';
import { makeSchemaFiles as makeOrderSchemas } from '@closewait/core/orders/schema';
import { makeSchemaFiles as makePolicySchemas } from '@closewait/core/policy/schema';
import { makeSchemaFiles as makePlanSchemas } from '@closewait/core/report/plan/schema';
import { makeSchemaFiles as makeReportSchemas } from '@closewait/core/report/schema';

// Writes the published JSON Schemas; with --check it only says which are stale, and exits 1 where one is.
const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

for (const { path, text } of [
  ...makeReportSchemas(),
  ...makeExperimentSchemas(),
  ...makeDrawSchemas(),
  ...makeCaptureSchemas(),
  ...makeEventSchemas(),
  ...makeOrderSchemas(),
  ...makePolicySchemas(),
  ...makePlanSchemas(),
]) {
  const file = join(root, path);
  if (!check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    console.error(`${path} is stale: node tools/make-schema.ts`);
    process.exitCode = 1;
  }
}

/** The text of a file, null where there is none. */
function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
