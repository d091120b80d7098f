import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCENES, type Scene, type SceneProgram } from './scenes.ts';

/**
 * Runs inside of the stage (stage.ts), as its first process: starts the programs of a scene, waits until their
 * connections are older than the minimum age, and records. The namespaces end with this process, and all of it with
 * them.
 */
const [sceneName, command = ''] = process.argv.slice(2);
const scene = SCENES.find(({ name }) => name === sceneName);
if (scene === undefined) throw new Error(`no scene ${sceneName}`);

/** Connections are to be older than the default minimum age of the report. */
const AGE_MS = 1300;
const DEADLINE_MS = 20_000;

const [main = '', ...rest] = command.split(' ');
for (const program of scene.programs) await start(program);
await sleep(AGE_MS);
process.exitCode = await record(scene);
// The programs would keep this process waiting; the kernel ends them with the pid namespace.
process.exit();

async function start({ program, as, args, ready, descriptors }: SceneProgram): Promise<void> {
  const file = program === 'node' ? process.execPath : `/opt/demo/${as}`;
  const child = spawn(file, args.map(String), {
    cwd: '/opt/closewait',
    env: { ...process.env, FIXTURE_PARENT: String(process.pid) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await outputMatching(child, ready, as);
  // Now that it has its connections: to make them, it needed more descriptors than it holds.
  const limit = `--nofile=${descriptors}:${descriptors}`;
  if (descriptors !== undefined) execFileSync('prlimit', ['--pid', String(child.pid), limit]);
}

async function outputMatching(child: ChildProcess, expected: RegExp, name: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const deadline = setTimeout(() => reject(new Error(`${name} was not ready in time`)), DEADLINE_MS);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (expected.test(text)) resolve();
  });
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${text}`)));
  await promise.finally(() => clearTimeout(deadline));
}

function record({ recordedBy }: Scene): Promise<number> {
  const user = recordedBy === 'nobody' ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(main, [...rest, 'record', '-o', '/tmp/scene.cwr'], {
    cwd: '/opt/closewait',
    stdio: 'inherit',
    ...user,
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once('exit', (code) => resolve(code ?? 1));
  return promise;
}
