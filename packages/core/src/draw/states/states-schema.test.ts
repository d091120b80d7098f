import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { sampleStateCount } from '../../../../../test/support/sample-counts.ts';
import { TCP_STATES } from '../../tcp/index.ts';
import { makeSchemaFiles, statesSchema } from '../schema.ts';
import { buildStates } from './build-states.ts';

const root = join(import.meta.dirname, '../../../../..');
const [file] = makeSchemaFiles();
if (file === undefined) throw new Error('no schema');

describe('docs/schema/states-v1.schema.json', () => {
  const ajv = addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true }));
  const validate = ajv.compile(JSON.parse(readFileSync(join(root, file.path), 'utf8')) as object);

  it('is what the schema in the source says', () => {
    expect(readFileSync(join(root, file.path), 'utf8')).toBe(file.text);
  });

  it.each([null, ...TCP_STATES])('allows the document with %s explained, as does the strict reader', (state) => {
    const facts = sampleStateCount();
    const detail = state === null || facts.detail === null ? null : { ...facts.detail, state };
    const parsed: unknown = JSON.parse(JSON.stringify(buildStates({ ...facts, detail })));
    expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
    expect(statesSchema.parse(parsed)).toEqual(parsed);
  });

  it('refuses a document with a state that is not counted, and one with a field that it does not know', () => {
    const document = buildStates(sampleStateCount());
    const { LISTEN: _, ...counts } = document.counts;
    expect(validate({ ...document, counts })).toBe(false);
    expect(validate({ ...document, extra: 1 })).toBe(false);
  });
});
