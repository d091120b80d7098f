import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from './leaks.ts';
import { makeNamespace } from './namespace.ts';
import { programPath, startProgram } from './program.ts';
import { outputOf } from './run.ts';
import { waitUntil } from './wait-until.ts';

expectNothingLeaked();

describe('the fixtures of the kernel tests', () => {
  it('removes a namespace, and the one that a killed test process left', async () => {
    const { pid } = spawn('true');
    await waitUntil(`process ${pid} has ended`, () => !existsSync(`/proc/${pid}`));
    const stale = `cwt-${pid}-1`;
    await outputOf(['ip', 'netns', 'add', stale]);
    {
      using namespace = makeNamespace();
      expect(await outputOf(['ip', 'netns', 'list'])).toContain(namespace.name);
      expect(await outputOf(['ip', 'netns', 'list'])).not.toContain(stale);
    }
    expect(existsSync(`/run/netns/cwt-${process.pid}-1`)).toBe(false);
  });

  it('ends a program together with the processes that it forked', async () => {
    using namespace = makeNamespace();
    const program = await startProgram('hold', ['--ipv4', 1, '--forks', 2], namespace);
    const pids = [program.pid, program.told('childPid')];
    expect(pids.map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8'))).toEqual(['hold\n', 'hold\n']);
    await program[Symbol.asyncDispose]();
    // Its own child is reaped; init reaps the other one in its own time.
    await waitUntil(`processes ${pids.join(', ')} have ended`, () => !pids.some((pid) => existsSync(`/proc/${pid}`)));
  });

  it('ends a program when the process that started it is killed', async () => {
    const starter = spawn('sh', ['-c', 'FIXTURE_PARENT=$$ "$0" --ipv4 1 & wait', programPath('hold')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(starter.stdout, 'close');
    await once(starter.stdout, 'data');
    starter.kill('SIGKILL');
    // The pipe closes when its last writer, the program, has ended.
    await closed;
  });

  it('tells why a program did not get ready', async () => {
    await expect(startProgram('dead-leader', ['many'])).rejects.toThrow(
      'dead-leader ended: exit code 2: not a number: many',
    );
  });
});
