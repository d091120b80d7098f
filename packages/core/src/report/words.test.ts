import { describe, expect, it } from 'vitest';
import { RESTART, sampleDiagnosis, sampleFacts, sampleFinding } from '../../../../test/support/sample-report.ts';
import { buildReport } from './build-report.ts';
import type { ReportProcess } from './document.ts';
import { describeFrees, describeName, joinWords } from './words.ts';

describe('describeFrees', () => {
  it.each([
    [true, true, true, 'frees the connection, descriptor and worker'],
    [true, false, false, 'frees the connection, not the descriptor or the worker'],
    [true, true, false, 'frees the connection and descriptor, not the worker'],
    [false, false, false, 'frees nothing'],
  ])('says what is given back and what is not: %j %j %j', (connection, descriptor, worker, text) => {
    expect(describeFrees({ ...RESTART, frees: { connection, descriptor, worker } })).toBe(text);
  });
});

describe('joinWords', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('joins %j', (words, text) => {
    expect(joinWords(words)).toBe(text);
  });
});

describe('describeName', () => {
  const [finding] = buildReport(sampleFacts(), sampleDiagnosis([sampleFinding()]), { showArguments: false }).findings;
  const process = finding?.process as ReportProcess;

  it.each([
    ['java', '/usr/bin/java', 'java'],
    ['python3', '/usr/bin/python3.11', 'python3'],
    ['MainThread', '/usr/bin/node', 'MainThread (node)'],
    ['java', null, 'java'],
    [null, '/usr/bin/java', 'java'],
    [null, null, 'name unknown'],
  ])('of %j running %j is %s', (comm, exe, name) => {
    expect(describeName({ ...process, comm, exe })).toBe(name);
  });
});
