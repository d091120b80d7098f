/**
 * `node bench/startup.ts [--rounds N]`, as root: what a start takes where nothing is stuck, from source, from the bundle and
 * through ./closewait, with and without what an earlier start has kept compiled. It prints and writes nothing: a start is a part of
 * every figure of bench/run.ts.
 *
 * Everything runs in namespaces of its own, where there are no other processes to look at and the kept code of the user is not
 * touched. Round after round all commands run in turn, so that a disturbance falls on all of them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CHECKOUT } from '../test/support/closewait.ts';
import { median } from './statistics.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, inside: { type: 'boolean', default: false } },
});

/** Where root keeps compiled code; a file system of this run's own lies over it. */
const KEPT = '/var/cache/closewait';
const KEPT_OF_SOURCE = `${KEPT}/source`;
const BUNDLE = `${CHECKOUT}/packages/closewait/dist/main.js`;
const SOURCE = `${CHECKOUT}/packages/closewait/src/cli/main.ts`;
const HOOK = `${CHECKOUT}/test/support/say-loaded.mjs`;
/** Namespaces of others are left out: what is in them would be a part of the figures. */
const COMMANDS = [['--version'], ['--help'], ['ls', '--no-all-namespaces'], ['--quick', '--no-all-namespaces']];

/** One way to start one command. */
interface Start {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether an earlier run's compiled code is there. */
  readonly warm: boolean;
  readonly wallMs: number[];
}

const start = (name: string, command: readonly string[], warm: boolean): Start => ({ name, command, warm, wallMs: [] });

function allStarts(): readonly Start[] {
  const node = process.execPath;
  const starts = [start('node -e 0', [node, '-e', '0'], true)];
  for (const args of COMMANDS) {
    for (const warm of [false, true]) {
      const kept = warm ? 'warm' : 'cold';
      starts.push(start(`bundle ${args.join(' ')}, ${kept}`, [node, BUNDLE, ...args], warm));
      starts.push(start(`source ${args.join(' ')}, ${kept}`, [node, SOURCE, ...args], warm));
    }
    starts.push(start(`./closewait ${args.join(' ')}, warm`, [`${CHECKOUT}/closewait`, ...args], true));
  }
  return starts;
}

function run({ command, warm }: Pick<Start, 'command' | 'warm'>): number {
  if (!warm) rmSync(`${KEPT}/code`, { recursive: true, force: true });
  if (!warm) rmSync(KEPT_OF_SOURCE, { recursive: true, force: true });
  const [file = '', ...args] = command;
  const env = command.includes(SOURCE) ? { ...process.env, NODE_COMPILE_CACHE: KEPT_OF_SOURCE } : process.env;
  const begun = performance.now();
  const { status, stderr } = spawnSync(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const wallMs = performance.now() - begun;
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`);
  return wallMs;
}

/** How many files a command loads, beside those of Node.js. */
function countFiles({ command }: Start): string {
  const [node = '', main = '', ...args] = command;
  if (![BUNDLE, SOURCE].includes(main)) return '';
  const { stderr } = spawnSync(node, ['--import', HOOK, main, ...args], { encoding: 'utf8' });
  return String(stderr.split('\n').filter((line) => line.startsWith('loaded ')).length);
}

function measure(rounds: number): void {
  mkdirSync(KEPT, { recursive: true, mode: 0o700 });
  const starts = allStarts();
  for (let round = 0; round < rounds; round++) {
    for (const one of starts) {
      // A cold one has just emptied the cache for the warm one after it.
      if (one.warm) run(one);
      one.wallMs.push(run(one));
    }
  }
  const bare = Math.min(...(starts[0]?.wallMs ?? []));
  console.log(
    ['', 'median ms', 'fastest', 'over node', 'files'].map((title, at) => title.padStart(at && 9)).join('  '),
  );
  for (const one of starts) {
    const fastest = Math.min(...one.wallMs);
    const figures = [median(one.wallMs), fastest, fastest - bare].map((ms) => ms.toFixed(1).padStart(9));
    console.log(
      `${one.name.replace('--no-all-namespaces', '').padEnd(32)}${figures.join('  ')}  ${countFiles(one).padStart(9)}`,
    );
  }
}

if (values.inside) {
  measure(Number(values.rounds));
} else {
  if (!existsSync(BUNDLE)) throw new Error('there is no bundle: npm run build');
  mkdirSync(KEPT, { recursive: true, mode: 0o700 });
  const apart = ['--pid', '--fork', '--kill-child', '--net', '--mount', '--mount-proc'];
  const script = `mount -t tmpfs -o mode=700 closewait ${KEPT} && exec "$0" "$@"`;
  const again = [process.execPath, import.meta.filename, '--inside', '--rounds', values.rounds];
  process.exitCode =
    spawnSync('unshare', [...apart, '--', 'sh', '-ec', script, ...again], { stdio: 'inherit' }).status ?? 1;
}
