import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../test/support/closewait.ts';
import { expectNothingLeaked } from '../test/support/leaks.ts';
import { programPath } from '../test/support/program.ts';
import { outputOf } from '../test/support/run.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import { expectComplete } from './expect-complete.ts';
import { measure } from './measure.ts';
import { TOOL } from './names.ts';
import { type ScenePlace, withScene } from './scene.ts';

expectNothingLeaked();

/** Every process in the namespace of a scene. */
async function pidsIn(place: ScenePlace): Promise<readonly number[]> {
  const here = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const links = await outputOf(['sh', '-c', 'stat -L -c "%i %n" /proc/[0-9]*/ns/net 2>/dev/null || true']);
  const inside = new Set(
    [...links.matchAll(/^(\d+) \/proc\/(\d+)\//gm)]
      .filter(([, inode]) => Number(inode) === place.inode)
      .map(([, , pid]) => pid),
  );
  return here.filter((pid) => inside.has(pid)).map(Number);
}

const linksOf = (pid: number): readonly string[] => readdirSync(`/proc/${pid}/fd`);
const STANDARD = 3;

describe('a scene', () => {
  it('has exactly the connections and descriptors that were asked for, in as many processes, and leaves nothing', async () => {
    const pids = await withScene(
      2003,
      3,
      async (place) => {
        const ss = await outputOf(place.inside(['ss', '-HOtan', 'state', 'close-wait']));
        expect(ss.split('\n').length - 1).toBe(2003);
        const [crowd = 0, ...others] = await pidsIn(place);
        const counts = others.map((pid) => linksOf(pid).length - STANDARD).toSorted((a, b) => a - b);
        // Three holders with a listener each, and two that open what fits.
        expect(counts).toEqual([667 + 1, 668 + 1, 668 + 1, 10_000, 10_000]);
        return [crowd, ...others];
      },
      20_000,
    );
    await waitUntil('all processes have ended', () => !pids.some((pid) => existsSync(`/proc/${pid}`)));
  });

  it('opens files, pipes, eventfds and epoll instances', async () => {
    await withScene(
      0,
      1,
      async (place) => {
        const [, , opener = 0] = await pidsIn(place);
        const table = await outputOf(['ls', '-l', `/proc/${opener}/fd`]);
        const count = (pattern: RegExp): number => table.match(pattern)?.length ?? 0;
        expect([count(/pipe:/g), count(/\[eventfd\]/g), count(/\[eventpoll\]/g), count(/\/crowd$/gm)]).toEqual([
          300, 140, 10, 400,
        ]);
      },
      1000,
    );
  });

  it('ends with the process that made it, however that ends', async () => {
    const starter = spawn(
      'sh',
      ['-c', 'FIXTURE_PARENT=$$ "$0" --sockets 10 --holders 2 & wait', programPath('crowd')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const closed = once(starter.stdout, 'close');
    await once(starter.stdout, 'data');
    starter.kill('SIGKILL');
    // The pipe closes when its last writer, one of the crowd, has ended.
    await closed;
  });

  it('is seen whole by closewait, and by tools that see less it is not measured', async () => {
    const scene = { sockets: 20, processes: 2, descriptors: 0 };
    const list = { name: TOOL.list, command: [...CLOSEWAIT, 'ls', '--json'], success: [0, 1], prints: 'rows' } as const;
    await withScene(scene.sockets, scene.processes, async (place) => {
      await expectComplete(list, scene, place);
      await expect(expectComplete(list, { ...scene, sockets: 21 }, place, 0)).rejects.toThrow(
        'closewait ls --json: of 21 connections it sees {"connections":20,"owned":20}, exit code 1',
      );
    });
  });
});

describe('a measurement', () => {
  it('counts the processor time and the memory of a command and of its children', async () => {
    await withScene(0, 1, async (place) => {
      const burn = `python3 -c 'x = bytearray(50_000_000); [i for i in range(2_000_000)]' & wait`;
      const costs = await measure({ name: 'burn', command: ['sh', '-c', burn], success: [0] }, place, 60_000);
      expect(costs).toHaveLength(1);
      expect(costs?.[0]?.peakMemoryMb).toBeGreaterThan(50);
      expect(costs?.[0]?.cpuMs).toBeGreaterThan(5);
    });
  });

  it('ends a command at its limit, and minds the exit code', async () => {
    await withScene(0, 1, async (place) => {
      expect(await measure({ name: 'sleep', command: ['sleep', '60'], success: [0] }, place, 50)).toBeNull();
      await expect(measure({ name: 'false', command: ['false'], success: [0] }, place, 60_000)).rejects.toThrow(
        /^false: .* exitCode=1$/,
      );
    });
  });

  it('takes every look but the first of a process that looks again and again', async () => {
    const warm = [process.execPath, new URL('warm.ts', import.meta.url).pathname, '2', 'ls', '--json'];
    await withScene(5, 1, async (place) => {
      const costs = await measure({ name: 'warm', command: warm, success: [0], warm: true }, place, 60_000);
      expect(costs).toHaveLength(2);
      expect(costs?.every(({ wallMs }) => wallMs > 0)).toBe(true);
    });
  });
});
