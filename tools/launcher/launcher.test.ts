import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { SmallCheckout } from './small-checkout.ts';

const INSTALLING = /^closewait: installing npm packages.*\n$/;
/** npm starts two or three times in a test. */
const NPM_MS = 60_000;

describe('./closewait', { timeout: NPM_MS }, () => {
  it('installs on the first start with one line of progress, and is silent from then on', () => {
    using checkout = new SmallCheckout();
    const first = checkout.start(['ls', 'a b', '']);
    expect(first.stderr).toMatch(INSTALLING);
    expect(JSON.parse(first.stdout)).toMatchObject({ args: ['ls', 'a b', ''] });

    const second = checkout.start();
    expect(second).toMatchObject({ status: 0, stderr: '' });
  });

  it('finds its folder through relative and absolute links', () => {
    using checkout = new SmallCheckout();
    mkdirSync(join(checkout.root, 'bin'));
    symlinkSync('../closewait', join(checkout.root, 'bin/relative'));
    symlinkSync(join(checkout.root, 'bin/relative'), join(checkout.root, 'bin/absolute'));
    const { stdout } = checkout.start([], { via: join(checkout.root, 'bin/absolute') });
    expect(JSON.parse(stdout)).toMatchObject({ root: expect.stringContaining('packages/closewait/src/cli') });
  });

  it('passes exit codes and signals through', () => {
    using checkout = new SmallCheckout();
    expect(checkout.start(['exit', '70']).status).toBe(70);
    expect(checkout.start(['die'])).toMatchObject({ status: null, signal: 'SIGTERM' });
  });

  it('completes an installation that was interrupted', () => {
    using checkout = new SmallCheckout();
    checkout.start();
    // npm writes its own record, and the launcher its mark, when everything else is in place.
    rmSync(join(checkout.root, 'node_modules/.package-lock.json'));
    rmSync(join(checkout.root, 'node_modules/.installed'));
    rmSync(join(checkout.root, 'node_modules/closewait'));
    expect(checkout.start()).toMatchObject({ status: 0, stderr: expect.stringMatching(INSTALLING) });
    expect(readFileSync(join(checkout.root, 'node_modules/closewait/package.json'), 'utf8')).toContain('0.0.1');
  });

  it('installs again when package-lock.json has changed', () => {
    using checkout = new SmallCheckout();
    checkout.start();
    checkout.write('packages/core/package.json', JSON.stringify({ name: '@closewait/core', version: '0.0.1' }));
    checkout.lock();
    expect(checkout.start()).toMatchObject({ status: 0, stderr: expect.stringMatching(INSTALLING) });
    expect(readFileSync(join(checkout.root, 'node_modules/@closewait/core/package.json'), 'utf8')).toContain('core');
  });

  it('keeps an installation that was made by hand', () => {
    using checkout = new SmallCheckout();
    checkout.start();
    rmSync(join(checkout.root, 'node_modules/.installed'));
    expect(checkout.start()).toMatchObject({ status: 0, stderr: '' });
  });

  it('installs once when it is started twice at once, and both starts succeed', async () => {
    using checkout = new SmallCheckout();
    const env = { ...process.env, PATH: SmallCheckout.path() };
    const starts = ['one', 'two'].map(async (name) => {
      const child = spawn(join(checkout.root, 'closewait'), [name], { env });
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
      return { stdout, stderr };
    });
    const ended = await Promise.all(starts);
    expect(ended.map(({ stdout }) => stdout)).toEqual([expect.stringContaining('one'), expect.stringContaining('two')]);
    expect(ended.filter(({ stderr }) => stderr.includes('installing npm packages'))).toHaveLength(1);
  });

  it('runs the bundle of its very sources, and the sources once one of them has changed', () => {
    using checkout = new SmallCheckout();
    checkout.start();
    checkout.writeBundle("process.stdout.write('bundle');", ['packages/closewait/src/cli/main.ts']);
    expect(checkout.start()).toMatchObject({ status: 0, stdout: 'bundle', stderr: '' });

    checkout.write('packages/closewait/src/cli/main.ts', "process.stdout.write('other sources');");
    expect(checkout.start()).toMatchObject({ status: 0, stdout: 'other sources', stderr: '' });

    rmSync(join(checkout.root, 'packages/closewait/src/cli/main.ts'));
    checkout.write('packages/closewait/src/cli/main.ts', "process.stdout.write('new sources');");
    expect(checkout.start()).toMatchObject({ status: 0, stdout: 'new sources', stderr: '' });
  });

  it('does not run a bundle that says nothing of its sources', () => {
    using checkout = new SmallCheckout();
    checkout.start();
    checkout.writeBundle("process.stdout.write('bundle');", []);
    checkout.write('node_modules/.cache/closewait/bundle/sources.json', '[{"path":');
    expect(checkout.start(['from source']).stdout).toContain('from source');
  });

  it('shows what npm answered where it does not install, and ends with 3', () => {
    using checkout = new SmallCheckout();
    writeFileSync(join(checkout.root, 'package-lock.json'), '{');
    const { status, stdout, stderr } = checkout.start();
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain('npm ci');
    expect(stderr).toContain('npm error');
  });

  it('says in one line that there is no npm, and ends with 3', () => {
    using checkout = new SmallCheckout();
    const tools = join(checkout.root, 'few-tools');
    mkdirSync(tools);
    for (const name of ['sh', 'cmp', 'uname', 'dirname', 'readlink', 'flock']) {
      symlinkSync(join('/usr/bin', name), join(tools, name));
    }
    expect(checkout.start([], { path: tools })).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringMatching(/^closewait: needs npm [^\n]*\n$/),
    });
  });
});
