import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, jsonValue, nat, property } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIELD_NAMES, type Layout, TARGETS } from './layout.ts';
import { type KernelEntry, readKernelEntry, writeKernelEntry } from './layout-cache.ts';

const BUILD = 'c0ffee';
const layout = {
  fields: Object.fromEntries(FIELD_NAMES.map((name, index) => [name, { offset: index, size: 4, bits: null }])),
  targets: Object.fromEntries(TARGETS.map((target, index) => [target, index + 1])),
} as unknown as Layout;
const ENTRY: KernelEntry = { hz: 250, layout, mismatch: null };

describe('what is remembered of a kernel', () => {
  let folder = '';
  const path = (): string => join(folder, `kernel-${BUILD}.json`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewait-layout-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read as it was written, also that the programs did not fit', () => {
    for (const mismatch of [null, 'LISTEN: inode: 1, 2']) {
      writeKernelEntry(folder, BUILD, { ...ENTRY, mismatch });
      expect(readKernelEntry(folder, BUILD)).toEqual({ ...ENTRY, mismatch });
    }
    expect(readdirSync(folder)).toEqual([`kernel-${BUILD}.json`]);
  });

  it('is not taken for another build', () => {
    writeKernelEntry(folder, BUILD, ENTRY);
    writeFileSync(join(folder, 'kernel-dead.json'), readFileSync(path()));
    expect(readKernelEntry(folder, 'dead')).toBeNull();
    expect(readKernelEntry(folder, 'beef')).toBeNull();
  });

  it('is nothing where the file holds anything else, and is then written anew', () => {
    assert(
      property(jsonValue(), (json) => {
        writeFileSync(path(), JSON.stringify(json));
        expect(readKernelEntry(folder, BUILD)).toBeNull();
      }),
    );
    writeKernelEntry(folder, BUILD, ENTRY);
    expect(readKernelEntry(folder, BUILD)).toEqual(ENTRY);
  });

  it('is nothing where the file is cut', () => {
    writeKernelEntry(folder, BUILD, ENTRY);
    const whole = readFileSync(path());
    assert(
      property(nat(whole.length - 3), (length) => {
        writeFileSync(path(), whole.subarray(0, length));
        expect(readKernelEntry(folder, BUILD)).toBeNull();
      }),
    );
  });

  it.each([
    ['an offset that is none', { fields: { ...layout.fields, 'sock.state': { offset: -1, size: 4, bits: null } } }],
    ['a field that is missing', { fields: { ...layout.fields, 'sock.state': undefined } }],
    ['a target that is none', { targets: { ...layout.targets, bpf_iter_tcp: 1.5 } }],
  ])('is nothing with %s', (_name, changed) => {
    writeKernelEntry(folder, BUILD, { ...ENTRY, layout: { ...layout, ...changed } as Layout });
    expect(readKernelEntry(folder, BUILD)).toBeNull();
  });

  it('need not be kept: a folder that is gone changes nothing', () => {
    const gone = join(folder, 'gone');
    writeKernelEntry(gone, BUILD, ENTRY);
    expect(readKernelEntry(gone, BUILD)).toBeNull();
  });
});
