import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compile } from '../../test/support/compile.ts';
import type { Scene } from './scenes.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAMS = `${CHECKOUT}test/support/programs/`;

/** What the command needs to run, relative to the checkout. */
const PARTS = ['packages', 'tools/scenes', 'node_modules/koffi', 'node_modules/@koromix', 'node_modules/commander'];

/**
 * Plays a scene on a stage of its own and returns the recording: new network, pid, mount, host name and cgroup
 * namespaces below a small root directory, so that the recording holds nothing of the machine that it was made on but
 * its kernel. Needs root; everything ends with the last process of the pid namespace.
 */
export function playScene(scene: Scene): Uint8Array {
  const root = mkdtempSync(`${tmpdir()}/closewait-stage-`);
  try {
    furnish(root, scene);
    execFileSync('unshare', [...NAMESPACES, 'sh', '-euc', ENTER, 'sh', root, scene.name], { stdio: 'inherit' });
    return readFileSync(`${root}/tmp/scene.cwr`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const NAMESPACES = [
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount',
  '--propagation=private',
  '--uts',
  '--cgroup',
];

/** Nothing is mounted outside of the new mount namespace, so there is nothing to unmount afterwards. */
const ENTER = `
  root=$1; scene=$2
  hostname api-7
  ip link set lo up
  for part in bin lib lib64 usr sbin; do [ ! -e "/$part" ] || mount --rbind "/$part" "$root/$part"; done
  mount -t proc proc "$root/proc"
  mount -t devtmpfs dev "$root/dev"
  exec chroot "$root" /opt/closewait/node /opt/closewait/tools/scenes/inside.ts "$scene" \
    "/opt/closewait/node /opt/closewait/packages/closewait/src/cli/main.ts"
`;

function furnish(root: string, { programs }: Scene): void {
  for (const folder of ['bin', 'lib', 'lib64', 'usr', 'sbin', 'proc', 'dev', 'tmp', 'opt/demo', 'opt/closewait']) {
    mkdirSync(`${root}/${folder}`, { recursive: true, mode: 0o755 });
  }
  execFileSync('chmod', ['755', root]);
  execFileSync('chmod', ['1777', `${root}/tmp`]);
  const home = `${root}/opt/closewait`;
  for (const part of PARTS) cpSync(CHECKOUT + part, `${home}/${part}`, { recursive: true, filter: isNeeded });
  cpSync(process.execPath, `${home}/node`);
  writeFileSync(`${home}/package.json`, '{"type":"module"}');
  mkdirSync(`${home}/node_modules/@closewait`);
  execFileSync('ln', ['-s', '../../packages/core', `${home}/node_modules/@closewait/core`]);
  for (const { program, as } of programs) {
    if (program !== 'node') cpSync(compile(`${PROGRAMS}${program}.c`, SUPPORT), `${root}/opt/demo/${as}`);
  }
}

const SUPPORT = ['support.c', 'support.h'].map((file) => PROGRAMS + file);

function isNeeded(path: string): boolean {
  return !path.endsWith('.test.ts') && !path.includes('/dist/');
}
