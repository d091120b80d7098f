import { readFileSync } from 'node:fs';
import type { Remedy } from '@closewait/core/diagnose';
import type { MeasuredCell, RemedyCause, RemedyId } from '@closewait/core/experiment';
import { remediesSchema } from '@closewait/core/experiment/schema';
import { describe, expect, it } from 'vitest';
import { sampleRemedies } from '../../test/support/sample-remedies.ts';
import { writeRemediesFindings } from './write-remedies.ts';

const MEASURED = new URL('../../docs/measured/remedies.json', import.meta.url);
const text = readFileSync(MEASURED, 'utf8');
const document = remediesSchema.parse(JSON.parse(text));

/** What the report calls it, and the column in which that was measured. */
const COLUMN_OF: Readonly<Record<string, RemedyId>> = {
  destroy: 'destroy',
  'raise-limit': 'raise-limit',
  restart: 'restart',
};

/**
 * Where the report and the matrix mean different things: the finding of an inherited descriptor is about the child, which
 * its remedy restarts; the matrix restarts the parent.
 */
const OF_ANOTHER_PROCESS = ['inherited-descriptor restart'];
/** The limit is what the program lacks: the connections behind it go by themselves then, which the report promises not. */
const MORE_THAN_PROMISED = ['descriptor-limit raise-limit'];

function measuredOf(cause: RemedyCause, remedy: RemedyId | undefined): readonly MeasuredCell[] {
  return document.cells.filter(
    (cell): cell is MeasuredCell => cell.outcome === 'measured' && cell.cause === cause && cell.remedy === remedy,
  );
}

/** What of a promise the cells do not say. Where the kernel has closed the connection before, nothing can end it. */
function contradictionsOf({ frees }: Remedy, cells: readonly MeasuredCell[]): readonly string[] {
  const [first] = cells;
  const wasGone =
    first !== undefined && measuredOf(first.cause, 'none').every(({ connection }) => connection.result === 'ended');
  const gone = wasGone ? frees.connection : cells.every(({ connection }) => connection.result !== 'stayed');
  const free = cells.every(({ descriptor }) => descriptor.freed);
  const serves = cells.every(({ worker }) => worker.result !== 'lost');
  const freed = cells.some(({ worker }) => worker.result === 'freed');
  return [
    ...(frees.connection === gone ? [] : [`connection: says ${frees.connection}, measured ${gone}`]),
    ...(frees.descriptor === free ? [] : [`descriptor: says ${frees.descriptor}, measured ${free}`]),
    ...((frees.worker ? serves : !freed) ? [] : [`worker: says ${frees.worker}, measured ${serves}`]),
  ];
}

const CLAIMS = document.causes.flatMap((cause) =>
  sampleRemedies(cause).flatMap((remedy) => {
    const column = COLUMN_OF[remedy.id];
    return column === undefined ? [] : [{ name: `${cause} ${remedy.id}`, remedy, cells: measuredOf(cause, column) }];
  }),
);

describe('what the report promises of its remedies', () => {
  it('is compared for nearly every cause', () => {
    expect(new Set(CLAIMS.map(({ name }) => name.split(' ')[0])).size).toBeGreaterThan(14);
  });

  it.each(CLAIMS)('$name: is what was measured', ({ name, remedy, cells }) => {
    expect(cells.length).toBeGreaterThan(0);
    const contradictions = contradictionsOf(remedy, cells);
    if (OF_ANOTHER_PROCESS.includes(name) || MORE_THAN_PROMISED.includes(name)) expect(contradictions).not.toEqual([]);
    else expect(contradictions).toEqual([]);
  });
});

describe('the page on remedies', () => {
  it('is refused where the cells no longer say what it says', () => {
    const broken = JSON.parse(text) as { cells: { cause: string; remedy: string; connection?: { result: string } }[] };
    const cell = broken.cells.find(({ cause, remedy }) => cause === 'close-missing' && remedy === 'keepalive-system');
    if (cell?.connection === undefined) throw new Error('no such cell');
    cell.connection.result = 'ended';
    expect(() => writeRemediesFindings(broken)).toThrow(
      "the measured cells do not say 'keepalive-half-closed' any more: close-missing/keepalive-system/half-closed",
    );
  });

  it('is refused for a part of the matrix', () => {
    expect(() => writeRemediesFindings({ ...document, causes: document.causes.slice(1) })).toThrow('is not whole');
  });
});
