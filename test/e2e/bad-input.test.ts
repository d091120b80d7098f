import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { run } from '../support/run.ts';

expectNothingLeaked();

let folder = '';
const recording = readFileSync(`${CHECKOUT}/fixtures/scenes/incident/recording.cwr`, 'utf8');

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/closewait-bad-input-`);
  writeFileSync(`${folder}/cut.cwr`, recording.slice(0, recording.length / 2));
  writeFileSync(`${folder}/notes.txt`, 'no recording\n');
  writeFileSync(`${folder}/there.cwr`, 'keep me');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Each mistake, and what its line must name: what was wrong and what was expected. */
const MISTAKES: readonly (readonly [words: string, names: readonly RegExp[]])[] = [
  ['--quiet', [/unknown option '--quiet'/, /--help/]],
  ['ls --jsn', [/unknown option '--jsn'/, /--json/]],
  ['explian', [/'explian' is not a selector/, /pid:123/]],
  ['ls :99999', [/':99999' is not a selector/, /65535/]],
  ['pid:x', [/'pid:x' is not a selector/, /pid:NUMBER/]],
  ['cause:bug', [/'bug' is not a cause/, /never-accepted/]],
  ['ls cause:undetermined', [/ls does not diagnose/]],
  ['ls --state nowhere', [/'nowhere' is not a state/, /CLOSE-WAIT/]],
  ['states nowhere', [/'nowhere' is not a state/, /CLOSE-WAIT/]],
  ['states listen close-wait', [/one state at a time/]],
  ['states --interval 1ms', [/'1ms' is too short/, /100ms/]],
  ['states --watch --from FOLDER/cut.cwr', [/a recording does not change/]],
  ['states --watch listen', [/--watch shows all states/]],
  ['states --svg FOLDER/x.svg --json', [/--svg goes neither/]],
  ['states --svg FOLDER/no/where.svg', [/cannot write/, /ENOENT/]],
  ['--min-age soon', [/'soon' is not a duration/, /500ms/]],
  ['--where rxQueue>1', [/rxQueue/, /rxQueueBytes/]],
  ['--where rxQueueBytes>', [/--where/, /rxQueueBytes/]],
  ['--from FOLDER/missing.cwr', [/cannot read the recording/, /ENOENT/]],
  ['--from FOLDER', [/cannot read the recording/, /EISDIR/]],
  ['ls --from FOLDER/notes.txt', [/is not a recording/, /closewait record/]],
  ['--from FOLDER/cut.cwr', [/is damaged at byte \d+/]],
  ['record', [/--output/]],
  ['record -o FOLDER/there.cwr', [/exists already/, /--force/]],
  ['record -o FOLDER/no/where.cwr', [/cannot write/, /ENOENT/]],
  ['record extra -o FOLDER/x.cwr', [/too many arguments/]],
  ['reap', [/--policy/]],
  ['reap --policy FOLDER/missing.yaml', [/cannot read the policy/, /ENOENT/]],
  ['reap --policy FOLDER/notes.txt --yes --from FOLDER/cut.cwr', [/--yes acts on this host/, /--from/]],
  ['reap --policy FOLDER/notes.txt', [/notes\.txt:1:1: expected a mapping/]],
  ['reap --policy FOLDER/notes.txt --looks 0', [/'0' is not a number of looks/, /1 to 1000/]],
  ['lab no-such', [/'no-such' is not a scenario/, /flawed-server/]],
  ['lab flawed-server --busy sleep', [/sleep/, /read, write/]],
  ['lab flawed-server --port 70000', [/'70000' is not a port/]],
  ['lab flawed-server --fixed --busy read', [/--fixed and --busy/]],
];

describe('bad input', () => {
  it.each(MISTAKES)('closewait %s: one line, exit code 2, nothing printed, nothing changed', async (words, names) => {
    const before = readdirSync(folder).map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')]);
    const args = words.split(' ').map((word) => word.replace('FOLDER', folder));
    const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^closewait: [^\n]+\n$/);
    for (const name of names) expect(stderr).toMatch(name);
    expect(readdirSync(folder).map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')])).toEqual(before);
  });

  it('shows terminal escapes of an argument as text', async () => {
    const { stderr } = await run([...CLOSEWAIT, '\u001b[2Jpid:1']);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).toContain('\\x1b[2J');
  });
});

describe('a reader that leaves', () => {
  it('ends the command quietly', async () => {
    const command = [...CLOSEWAIT, 'ls', '--json', '--from', `${CHECKOUT}/fixtures/scenes/incident/recording.cwr`];
    const { exitCode, stderr } = await run(['bash', '-o', 'pipefail', '-c', '"$@" | head -c 10', 'bash', ...command]);
    expect(stderr).toBe('');
    expect([0, 1]).toContain(exitCode);
  });

  it('ends the help quietly too', async () => {
    // Reads nothing and leaves: the first write already meets a broken pipe.
    const command = ['bash', '-o', 'pipefail', '-c', '"$@" | true', 'bash', ...CLOSEWAIT, 'lab', '--help'];
    const { exitCode, stderr } = await run(command);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});
