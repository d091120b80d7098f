import { spawn } from 'node:child_process';
import type { ModelReport } from '@closewait/core/experiment';
import { modelSchema } from '@closewait/core/experiment/schema';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { namespacesOf } from '../support/namespaces-of.ts';
import { run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const MODEL = [...CLOSEWAIT, 'lab', 'model'] as const;
/** Draws no sequence that waits within so many. */
const FEW = ['--runs', '20', '--seed', '2'] as const;

async function reportOf(command: readonly string[]): Promise<{ exitCode: number | null; report: ModelReport }> {
  const { exitCode, stdout, stderr } = await run(command);
  expect(stderr).toBe('');
  return { exitCode, report: modelSchema.parse(JSON.parse(stdout)) };
}

describe('closewait lab model', () => {
  it('prints the published document, and the same sequences for the same seed', async () => {
    const first = await reportOf([...MODEL, ...FEW, '--json']);
    const second = await reportOf([...MODEL, ...FEW, '--json']);
    expect(first.exitCode).toBe(0);
    expect(first.report).toMatchObject({ runs: 20, seed: 2, disagreement: null, repeats: 0 });
    expect(first.report.steps).toBeGreaterThan(100);
    const { states, transitions, rules, steps } = second.report;
    expect({ states, transitions, rules, steps }).toEqual({
      states: first.report.states,
      transitions: first.report.transitions,
      rules: first.report.rules,
      steps: first.report.steps,
    });
  });

  it('ends with exit code 1 and the sequence where the RFC alone is asked', async () => {
    const { exitCode, report } = await reportOf([...MODEL, '--seed', '2', '--without', 'request-socket', '--json']);
    expect(exitCode).toBe(1);
    expect(report.without).toEqual(['request-socket']);
    expect(report.disagreement?.steps.at(-1)).toMatchObject({
      action: 'the oldest segment reaches b',
      model: { acceptQueue: null },
      kernel: { b: 'SYN-RECEIVED (request socket)', acceptQueue: 0 },
      reasons: ['RFC 9293 3.10.7.2: rcv SYN at b in LISTEN, to SYN-RECEIVED'],
    });
  });

  it('runs for a user who is nobody, in a user namespace', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { exitCode, report } = await reportOf(unprivileged.command(['lab', 'model', ...FEW, '--json']));
    expect(exitCode).toBe(0);
    expect(report.disagreement).toBeNull();
  });

  it.each([
    [['--runs', '0'], "'0' is not a number of runs"],
    [['--seed', 'x'], "'x' is not a seed"],
    [['--without', 'gravity'], 'gravity'],
  ])('refuses %j', async (options, message) => {
    const { exitCode, stdout, stderr } = await run([...MODEL, ...options]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  it('ends upon SIGINT within a moment, and says no more than that', async () => {
    const [program = '', ...args] = MODEL;
    const child = spawn(program, [...args, '--runs', '1000000'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    await waitUntil('the namespaces are made', () => namespacesOf(child.pid ?? 0) >= 3, 10_000);
    const interruptedMs = performance.now();
    child.kill('SIGINT');
    expect(await ended).toBe(70);
    expect(said).toBe('closewait: interrupted\n');
    // A sequence that lets time pass is over in 1.3 s.
    expect(performance.now() - interruptedMs).toBeLessThan(5000);
  });
});
