import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepResult } from './step.ts';

/** The packages that `dpkg-query` does not report as installed; null where this is not a Debian. */
export function missingOf(packages: readonly string[]): readonly string[] | null {
  const query = spawnSync('dpkg-query', ['--show', '--showformat=${Package} ${db:Status-Status}\\n', ...packages], {
    encoding: 'utf8',
  });
  if (query.error) return null;
  const lines = new Set(query.stdout.split('\n'));
  return packages.filter((name) => !lines.has(`${name} installed`));
}

/** The names in tools/debian-packages.txt. */
export function listedPackages(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function aptGet(...args: readonly string[]): boolean {
  const apt = spawnSync('apt-get', ['--quiet', '--quiet', '--yes', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return apt.status === 0;
}

/** Installs what the tests need and the machine has not. Root on Debian only; elsewhere it says what is missing. */
export function installDebianPackages(root: string): StepResult {
  const wanted = listedPackages(readFileSync(join(root, 'tools/debian-packages.txt'), 'utf8'));
  const missing = missingOf(wanted);
  if (missing === null) return { ok: true, says: `no Debian: have ${wanted.join(', ')} at hand` };
  if (missing.length === 0) return { ok: true, says: `${wanted.length} there` };
  if (process.getuid?.() !== 0) return { ok: true, says: `missing, and only root installs: ${missing.join(' ')}` };

  const install = ['--no-install-recommends', 'install', ...missing];
  // The package lists of an image may be absent or old; fetching them takes longer than most installations.
  const ok = aptGet(...install) || (aptGet('update') && aptGet(...install));
  return { ok, says: `${ok ? 'installed' : 'apt-get does not install'} ${missing.join(' ')}` };
}
