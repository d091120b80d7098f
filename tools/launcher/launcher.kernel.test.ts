import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SmallCheckout } from './small-checkout.ts';

/** `nobody` on Debian and everywhere else; only root can become it. */
const NOBODY = 65_534;

describe('./closewait as a user who may not write to the checkout', () => {
  it('says in one line who can install, and ends with 3', () => {
    using checkout = new SmallCheckout();
    chmodSync(checkout.root, 0o755);
    expect(checkout.start([], { uid: NOBODY })).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringMatching(/^closewait: cannot install [^\n]*: no write access to [^\n]*\n$/),
    });
  });

  it('runs what another user has installed by hand', () => {
    using checkout = new SmallCheckout();
    chmodSync(checkout.root, 0o755);
    // The Node.js of this run may lie in a home directory that others cannot enter.
    copyFileSync(process.execPath, join(checkout.root, 'node'));
    const path = `${checkout.root}:${SmallCheckout.path()}`;
    checkout.start([], { path });
    rmSync(join(checkout.root, 'node_modules/.installed'));
    expect(checkout.start([], { uid: NOBODY, path })).toMatchObject({ status: 0, stderr: '' });
  });
});
