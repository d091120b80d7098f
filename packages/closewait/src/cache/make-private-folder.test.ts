import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePrivateFolder } from './make-private-folder.ts';

describe('a private folder', () => {
  let home = '';
  let user = -1;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'closewait-cache-'));
    user = statSync(home).uid;
  });

  afterEach(() => rmSync(home, { recursive: true }));

  it('is made where it is missing, for its user alone', () => {
    const path = join(home, 'a', 'closewait');
    expect(makePrivateFolder(path, user)).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(makePrivateFolder(path, user)).toBe(path);
  });

  it('is not used where it is of another user', () => {
    expect(makePrivateFolder(join(home, 'closewait'), user + 1)).toBeNull();
  });

  it.each([0o770, 0o707])('is not used where others may write to it: %o', (mode) => {
    const path = join(home, 'closewait');
    mkdirSync(path);
    chmodSync(path, mode);
    expect(makePrivateFolder(path, user)).toBeNull();
  });

  it('is not used where it is a link, or a file', () => {
    mkdirSync(join(home, 'target'), { mode: 0o700 });
    symlinkSync(join(home, 'target'), join(home, 'link'));
    writeFileSync(join(home, 'file'), '');
    expect(makePrivateFolder(join(home, 'link'), user)).toBeNull();
    expect(makePrivateFolder(join(home, 'file'), user)).toBeNull();
    expect(makePrivateFolder(join(home, 'file', 'below'), user)).toBeNull();
  });
});
