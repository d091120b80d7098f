import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { KOFFI_VERSION, koffi } from './koffi.ts';

describe('koffi', () => {
  it('is asked for in the version that is installed: otherwise each start takes the long way', () => {
    expect(KOFFI_VERSION).toBe(manifest.dependencies.koffi);
    expect(koffi.version).toBe(KOFFI_VERSION);
  });
});
