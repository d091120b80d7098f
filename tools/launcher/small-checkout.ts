import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const HERE = join(import.meta.dirname, '../..');
const LAUNCHER_FILES = [
  'closewait',
  'tools/runtime.sh',
  'tools/install.sh',
  'tools/is-installed.mjs',
  'tools/start.mjs',
];

const MAIN = `
process.stdout.write(JSON.stringify({ args: process.argv.slice(2), root: import.meta.dirname }));
if (process.argv[2] === 'die') process.kill(process.pid, 'SIGTERM');
process.exitCode = Number(process.argv[2] === 'exit' ? process.argv[3] : 0);
`;

/** A checkout with the real launcher, a command that tells its arguments, and one workspace that npm links: no network. */
export class SmallCheckout {
  readonly root: string = mkdtempSync(join(tmpdir(), 'closewait-launcher-'));

  constructor() {
    for (const file of LAUNCHER_FILES) cpSync(join(HERE, file), join(this.root, file));
    this.write('package.json', JSON.stringify({ name: 'small', private: true, workspaces: ['packages/*'] }));
    this.write(
      'packages/closewait/package.json',
      JSON.stringify({ name: 'closewait', version: '0.0.1', type: 'module' }),
    );
    this.write('packages/closewait/src/cli/main.ts', MAIN);
    this.lock();
  }

  /** Writes package-lock.json anew from the package.json files. */
  lock(): void {
    const npm = spawnSync('npm', ['install', '--package-lock-only', '--offline'], { cwd: this.root, encoding: 'utf8' });
    if (npm.status !== 0) throw new Error(`npm install --package-lock-only: ${npm.stderr}`);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  /** A bundle that was built of `sources`, as tools/build/build-for-launcher.ts leaves it. */
  writeBundle(main: string, sources: readonly string[]): void {
    const built = sources.map((path) => {
      const { mtimeMs, size } = statSync(join(this.root, path));
      return { path, mtimeMs, size };
    });
    const folder = 'node_modules/.cache/closewait/bundle';
    this.write(`${folder}/package.json`, '{"type":"module"}');
    this.write(`${folder}/dist/main.js`, main);
    this.write(`${folder}/sources.json`, JSON.stringify(built));
  }

  /** Starts the launcher, by default through its real path and with this Node.js first in PATH. */
  start(
    args: readonly string[] = [],
    options: { readonly via?: string; readonly uid?: number; readonly path?: string } = {},
  ): SpawnSyncReturns<string> {
    const { via = join(this.root, 'closewait'), uid, path = SmallCheckout.path() } = options;
    return spawnSync(via, args, {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
      ...(uid === undefined ? {} : { uid }),
    });
  }

  /** PATH with this very Node.js first: the small checkout brings none of its own. */
  static path(): string {
    return `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}
