/** What the part in JavaScript costs, from the kernel's bytes in memory to the bytes to print. See README.md. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serialize } from 'node:v8';
import { DIAGNOSED_STATES } from '@closewait/core/diagnose';
import { z } from 'zod';
import { examineClosely } from '../packages/closewait/src/cli/examine-closely.ts';
import { openRecording } from '../packages/closewait/src/kernel/index.ts';
import { plainSocket } from '../test/support/plain-socket.ts';
import type { Scene, StepCost } from './core-child.ts';
import { toHeldRecords } from './held-scene.ts';
import { median } from './measure.ts';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '7' } },
  allowPositionals: true,
});
const [recording] = positionals;
if (recording === undefined) throw new Error('usage: node bench/core.ts RECORDING [--rounds 7]');

const COSTS = z.record(z.string(), z.object({ wallMs: z.number(), cpuMs: z.number() }));
const CHILD = fileURLToPath(new URL('core-child.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'closewait-bench-'));
try {
  const scenes = await readScenes(recording);
  for (const [origin, scene] of Object.entries(scenes)) {
    const path = join(folder, origin);
    writeFileSync(path, serialize(scene));
    for (const kind of ['report', 'rows']) {
      const rounds = Array.from({ length: Number(values.rounds) }, () => runOnce(kind, origin, path));
      process.stdout.write(`${table(`${kind}, sockets ${origin}`, rounds)}\n`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

type Round = ReadonlyMap<string, StepCost>;

/** The look of a recording in forms that a child process reads without running any of the code that is measured. */
async function readScenes(path: string): Promise<Readonly<Record<'held' | 'dumped', Scene>>> {
  const bytes = readFileSync(path);
  const options = { minAgeMs: 0, allNamespaces: true, quick: true };
  const { sockets, listeners, ...rest } = await examineClosely(await openRecording(bytes, path), options);
  const source = await openRecording(bytes, path);
  source.beginLook();
  // Recordings have one dump for both families, or one for each.
  const dumps = rest.namespaces.flatMap(({ inode, path: place }) =>
    (['any', 'ipv4', 'ipv6'] as const).flatMap((family) => {
      const request = { family, states: DIAGNOSED_STATES, extensions: ['info'] } as const;
      const dump = source.dumpSockets({ inode, path: place }, request);
      return dump.known ? [{ netns: inode, datagrams: dump.value }] : [];
    }),
  );
  const scene = { held: [], dumps: [], rest, listeners: listeners.map(plainSocket) };
  const holders = new Map(rest.holders);
  return {
    held: {
      ...scene,
      held: toHeldRecords(sockets, (inode) => rest.holders.get(inode) ?? []),
      rest: { ...rest, holders: new Map() },
    },
    dumped: { ...scene, dumps, rest: { ...rest, holders } },
  };
}

/** One process, and the bare runtime beside it: what else the machine does falls on both. */
function runOnce(kind: string, origin: string, path: string): Round {
  const from = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  const bare = { wallMs: performance.now() - from, cpuMs: Number.NaN };
  const { stdout, stderr, status } = spawnSync(process.execPath, [CHILD, kind, origin, path], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return new Map([['node -e 0', bare], ...Object.entries(COSTS.parse(JSON.parse(stdout)))]);
}

function table(title: string, rounds: readonly Round[]): string {
  const steps = [...(rounds[0]?.keys() ?? [])];
  const lines = steps.map((step) => {
    const costs = rounds.flatMap((round) => round.get(step) ?? []);
    const [wall, cpu] = [costs.map(({ wallMs }) => wallMs), costs.map(({ cpuMs }) => cpuMs)];
    const cells = [median(wall).toFixed(1), Math.min(...wall).toFixed(1), median(cpu).toFixed(1)];
    return `  ${step.padEnd(16)}${cells.map((cell) => cell.replace('NaN', '').padStart(12)).join('')}`;
  });
  const head = ['wall ms', 'least', 'CPU ms'].map((name) => name.padStart(12)).join('');
  return [title, `  ${''.padEnd(16)}${head}`, ...lines, ''].join('\n');
}
