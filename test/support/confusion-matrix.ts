import type { Finding } from '@closewait/core/diagnose';
import { CAUSE_IDS, type CauseId, type Confidence } from '@closewait/core/facts';
import type { CauseScenario } from '../../packages/closewait/src/lab/index.ts';

/** How sure the diagnosis is of each cause in one scenario; the first is the finding. */
export interface MatrixRow {
  readonly scenario: string;
  readonly expected: string;
  readonly found: CauseId;
  readonly confidence: Confidence;
  readonly alternatives: readonly { readonly cause: CauseId; readonly confidence: Confidence }[];
}

export function toRow({ name, cause }: CauseScenario, [first]: readonly Finding[]): MatrixRow {
  if (first === undefined) throw new Error(`${name}: nothing was found`);
  const { cause: found, confidence, alternatives } = first;
  return { scenario: name, expected: cause, found, confidence, alternatives };
}

const COLUMNS = CAUSE_IDS.filter((id) => id !== 'undetermined');
const SIGN: Readonly<Record<Confidence, string>> = { certain: 'C', likely: 'L', possible: 'p' };

/**
 * The matrix as text: a row for each scenario, a column for each cause. In brackets the finding, without them the
 * alternatives; C certain, L likely, p possible.
 */
export function formatMatrix(rows: readonly MatrixRow[]): string {
  const width = Math.max(...rows.map(({ scenario }) => scenario.length)) + 2;
  const legend = COLUMNS.map((id, index) => `${letter(index)}  ${id}`);
  const head = `${''.padEnd(width)}${COLUMNS.map((_, index) => letter(index).padStart(2).padEnd(3)).join('')}`;
  return `${[...legend, '', head, ...rows.map((row) => formatRow(row, width))].map((line) => line.trimEnd()).join('\n')}\n`;
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

function formatRow(row: MatrixRow, width: number): string {
  return `${row.scenario.padEnd(width)}${formatCells(row)}`;
}

function formatCells({ found, confidence, alternatives }: MatrixRow): string {
  const cells = COLUMNS.map((id) => {
    if (id === found) return `[${SIGN[confidence]}]`;
    const other = alternatives.find(({ cause }) => cause === id);
    return ` ${other === undefined ? '.' : SIGN[other.confidence]} `;
  });
  return cells.join('');
}

/** Whether a row stands in a matrix as it is; true for a scenario that the matrix does not have yet. */
export function isAsIn(matrix: string, row: MatrixRow): boolean {
  const line = matrix.split('\n').find((one) => one.startsWith(`${row.scenario} `));
  return line === undefined || line.endsWith(formatCells(row).trimEnd());
}
