import { describe, expect, it } from 'vitest';
import { program, runStep } from './step.ts';

function linesOf(script: string): { ok: boolean; lines: readonly string[] } {
  const lines: string[] = [];
  const ok = runStep(program('check', '/', ['--eval', script]), (line) => lines.push(line));
  return { ok, lines };
}

describe('a step', () => {
  it('that ends with 0 passes in one line, whatever it wrote', () => {
    const { ok, lines } = linesOf('console.log("a\\nb")');
    expect(ok).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^ok +check +\d+\.\d s$/)]);
  });

  it('that fails shows both of its outputs below its line', () => {
    const { ok, lines } = linesOf('console.log("found it"); console.error("here"); process.exitCode = 1');
    expect(ok).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/^FAIL +check/), '      found it', '      here']);
  });

  it('that is killed fails and names the signal', () => {
    const { ok, lines } = linesOf('process.kill(process.pid, "SIGKILL")');
    expect(ok).toBe(false);
    expect(lines.join('\n')).toContain('SIGKILL');
  });
});
