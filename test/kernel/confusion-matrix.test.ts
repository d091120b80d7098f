import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CAUSE_SCENARIOS } from '../../packages/closewait/src/lab/index.ts';
import { formatMatrix, isAsIn, type MatrixRow, toRow } from '../support/confusion-matrix.ts';
import { FOREIGN_SCENARIOS } from '../support/foreign-scenarios.ts';
import { isAcceptable, judgeScenario } from '../support/judge-scenario.ts';
import { expectNothingLeaked } from '../support/leaks.ts';

expectNothingLeaked();

const GOLDEN = fileURLToPath(new URL('../../fixtures/confusion-matrix.txt', import.meta.url));

// The laboratory is the oracle: it knows what it has built, and the diagnosis is not told.
describe('the diagnosis of the laboratory', () => {
  const rows: MatrixRow[] = [];
  const golden = readFileSync(GOLDEN, 'utf8');

  it.each([...CAUSE_SCENARIOS, ...FOREIGN_SCENARIOS])('$name is called $cause', async (scenario) => {
    const { findings, wrongAndCertain, disagreements } = await judgeScenario(scenario, (seen) =>
      // At the first looks a thread may not have come to its wait yet.
      isAsIn(golden, toRow(scenario, seen)),
    );
    expect(isAcceptable(scenario, findings), findings[0]?.cause).toBe(true);
    expect(wrongAndCertain).toEqual([]);
    expect(disagreements).toEqual([]);
    rows.push(toRow(scenario, findings));
  });

  it('is as sure of every cause as the golden matrix says', () => {
    const matrix = formatMatrix(rows);
    // `CLOSEWAIT_WRITE_MATRIX=1 npx vitest run --project kernel confusion-matrix` writes it anew.
    if (process.env['CLOSEWAIT_WRITE_MATRIX'] === '1') writeFileSync(GOLDEN, matrix);
    expect(matrix).toBe(golden);
  });
});
