import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { outputOf, run } from '../support/run.ts';

expectNothingLeaked();

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/closewait-record-`);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('closewait record', () => {
  it('writes a file for its owner alone, from which every reading command answers the same each time', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 4, '--bytes', 9], namespace);
    const file = `${folder}/live.cwr`;
    await outputOf([...CLOSEWAIT, 'record', '-o', file]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['live.cwr']);
    for (const words of [['--json'], ['ls', '--json'], [], ['ls', '--state', 'all']]) {
      const command = [...CLOSEWAIT, ...words, `pid:${holder.pid}`, '--from', file, '--min-age', '0'];
      const [first, second] = [await run(command), await run(command)];
      expect(first).toEqual(second);
      expect(first.exitCode).toBe(1);
      expect(first.stdout).toContain('hold');
    }
  });

  it('lists from the recording what the live kernel lists', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv6', 3, '--bytes', 9], namespace);
    const file = `${folder}/same.cwr`;
    await outputOf([...CLOSEWAIT, 'record', '-o', file]);
    const words = ['ls', '--json', '--min-age', '0', `pid:${holder.pid}`];
    const live = await run([...CLOSEWAIT, ...words]);
    const replayed = await run([...CLOSEWAIT, ...words, '--from', file]);
    const ageless = (lines: string): readonly string[] =>
      lines.split('\n').map((line) => line.replace(/"ageMs":\d+/, '').replace(/"expiresMs":\d+/, ''));
    expect(ageless(replayed.stdout).toSorted()).toEqual(ageless(live.stdout).toSorted());
  });
});
