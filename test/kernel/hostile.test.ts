import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSEWAIT, listConnections, report } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { programPath, startProgram } from '../support/program.ts';
import { run } from '../support/run.ts';
import { NOBODY, unprivilegedCloseWait } from '../support/unprivileged.ts';

expectNothingLeaked();

let namespace: NetworkNamespace;
beforeAll(() => {
  namespace = makeNamespace();
});
afterAll(() => namespace[Symbol.dispose]());

/** Controls that a terminal acts on, but for the newline that ends a line. */
const CONTROL = /[^\P{Cc}\n]/u;

describe('a process that writes terminal sequences into its name and its arguments', () => {
  /** Sets the window's title, starts a line of its own, clears the screen: 15 bytes, the most that a name holds. */
  const name = '\u001b]0;x\u0007\nroot\u001b[2J';
  const args = ['--ipv4', 2, '--name', name, '\u001b[31mred\u009b2J'];

  it('prints them escaped, in the report and in the list', async () => {
    await using program = await startProgram('hold', args, namespace);
    for (const command of [[], ['ls']]) {
      const { exitCode, stdout } = await run([...CLOSEWAIT, ...command, '--min-age', '0s', `pid:${program.pid}`]);
      expect(exitCode).toBe(1);
      expect(stdout).not.toMatch(CONTROL);
      expect(stdout).toContain(String.raw`\x1b]0;x\x07`);
    }
  });

  it('gives the name unchanged to a program that parses the JSON, in output without a control character', async () => {
    await using program = await startProgram('hold', args, namespace);
    const command = [...CLOSEWAIT, '--json', '--min-age', '0s', `pid:${program.pid}`];
    const { stdout } = await run(command);
    expect(stdout).not.toMatch(CONTROL);
    const { findings } = await report(command);
    expect(findings.map((finding) => finding.process?.comm)).toEqual([name]);
  });
});

describe('processes that come and go during the look', () => {
  it('lists the connections and the process that stays, each time', async () => {
    await using program = await startProgram('churn', [50], namespace);
    for (let look = 0; look < 5; look += 1) {
      const rows = await listConnections(namespace);
      expect(rows.length).toBe(50);
      expect(rows.every(({ owners }) => owners.some(({ pid }) => pid === program.pid))).toBe(true);
    }
  });
});

describe('a user without privilege', () => {
  it.each([
    ['whole', /^descriptor tables of \d+ processes$/],
    ['hidepid', /^other users' processes$/],
  ] as const)('is shown the connections, with /proc mounted %s, and what could not be seen', async (proc, hidden) => {
    await using _program = await startProgram('hold', ['--ipv4', 3], namespace);
    using unprivileged = unprivilegedCloseWait();
    const command = (...args: string[]): readonly string[] =>
      namespace.inside(unprivileged.command([...args, '--min-age', '0s'], proc));

    const rows = await listConnections(namespace, command('ls', '--json'));
    expect(rows.map(({ owners }) => owners)).toEqual([[], [], []]);

    const { totals, unseen } = await report(command('--json'));
    expect(totals.closeWait).toBe(3);
    const denied = unseen.filter(({ why }) => why === 'denied').map(({ what }) => what);
    expect(denied).toContainEqual(expect.stringMatching(hidden));

    const { exitCode, stdout } = await run(command());
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Not seen/m);
  });

  it('is told once of each namespace that cannot be entered', async () => {
    await using _program = await startProgram('hold', ['--ipv4', 1], namespace);
    using other = makeNamespace();
    using unprivileged = unprivilegedCloseWait();
    const { unseen } = await report(namespace.inside(unprivileged.command(['--json', '--min-age', '0s'])));
    const about = unseen.filter(({ what }) => what.includes(other.path));
    expect(about).toMatchObject([{ what: `sockets of namespace ${other.path}`, why: 'denied' }]);
  });

  it('is shown the holder of its own connections, and those of others without one', async () => {
    await using own = await startProgram('hold', ['--ipv4', 1, '--uid', NOBODY], namespace);
    await using _foreign = await startProgram('hold', ['--ipv4', 1], namespace);
    using unprivileged = unprivilegedCloseWait();
    const command = namespace.inside(unprivileged.command(['ls', '--json', '--min-age', '0s']));
    const rows = await listConnections(namespace, command);
    const holders = new Map(rows.map(({ uid, owners }) => [uid, owners.map(({ pid, fd }) => ({ pid, fd }))]));
    expect(holders).toEqual(
      new Map([
        [NOBODY, [{ pid: own.pid, fd: own.told('firstFd') }]],
        [0, []],
      ]),
    );
  });
});

describe('a sandbox that refuses netlink', () => {
  it.each([
    ['ls'],
    ['ls --json'],
    ['--json'],
    [''],
  ])('ends `closewait %s` with 3 and one line that says so', async (line) => {
    const args = line.split(' ').filter((word) => word !== '');
    const { exitCode, stdout, stderr } = await run([programPath('refuse-netlink'), ...CLOSEWAIT, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(/^closewait: [^\n]*EPERM[^\n]*\n$/);
  });
});
