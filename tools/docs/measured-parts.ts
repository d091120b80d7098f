import { join, relative } from 'node:path';
import { CAUSE_IDS } from '@closewait/core/facts';
import { newestResults, newestWatchResults } from '../../bench/results.ts';
import { writeCaptureSpeed } from './write-captures.ts';
import { writeModelDepartures, writeModelSummary, writeModelTransitions } from './write-model.ts';
import {
  writeRemediesCounts,
  writeRemediesFindings,
  writeRemediesGrids,
  writeRemediesInShort,
  writeRemediesSettings,
} from './write-remedies.ts';
import { writeRemediesOfCause } from './write-remedies-of-cause.ts';
import { writeSequence } from './write-sequence.ts';
import { drawSpeedPicture, writeSpeed } from './write-speed.ts';
import { writeSynFinInShort, writeSynFinTable, writeSynFinVerdict } from './write-syn-fin.ts';
import { writeWatchCost } from './write-watch-cost.ts';

/** A part of a page that is written from a measurement: between `<!-- measured: NAME -->` and `<!-- end of measured -->`. */
export interface MeasuredPart {
  /** From the root of the checkout: `docs/remedies.md`. */
  readonly page: string;
  readonly name: string;
  /** The file, in docs/measured/. */
  readonly from: string;
  /** The document as Markdown; throws where it is not what it should be. */
  readonly write: (document: unknown) => string;
}

/** A picture that is written from a measurement. */
export interface MeasuredPicture {
  /** From the root of the checkout: `docs/images/speed.svg`. */
  readonly file: string;
  /** The file, in docs/measured/. */
  readonly from: string;
  readonly draw: (document: unknown) => string;
}

const MEASURED = join(import.meta.dirname, '../../docs/measured');
const SPEED = relative(MEASURED, newestResults() ?? '');
const WATCHING = newestWatchResults();

/** Every measured picture of the documentation. */
export const MEASURED_PICTURES: readonly MeasuredPicture[] = [
  { file: 'docs/images/speed.svg', from: SPEED, draw: drawSpeedPicture },
];

/** Every measured part of the documentation. */
export const MEASURED_PARTS: readonly MeasuredPart[] = [
  { page: 'README.md', name: 'speed', from: SPEED, write: writeSpeed },
  ...(WATCHING === undefined
    ? []
    : [{ page: 'README.md', name: 'watching', from: relative(MEASURED, WATCHING), write: writeWatchCost }]),
  { page: 'README.md', name: 'remedies in short', from: 'remedies.json', write: writeRemediesInShort },
  { page: 'README.md', name: 'syn-fin in short', from: 'syn-fin.json', write: writeSynFinInShort },
  { page: 'README.md', name: 'sequence in short', from: 'sequence-close-missing.json', write: writeSequence },
  { page: 'docs/remedies.md', name: 'remedies findings', from: 'remedies.json', write: writeRemediesFindings },
  { page: 'docs/remedies.md', name: 'remedies counts', from: 'remedies.json', write: writeRemediesCounts },
  { page: 'docs/remedies.md', name: 'remedies grids', from: 'remedies.json', write: writeRemediesGrids },
  { page: 'docs/remedies.md', name: 'remedies settings', from: 'remedies.json', write: writeRemediesSettings },
  ...CAUSE_IDS.filter((cause) => cause !== 'undetermined').map((cause) => ({
    page: `docs/causes/${cause}.md`,
    name: `remedies of ${cause}`,
    from: 'remedies.json',
    write: writeRemediesOfCause(cause),
  })),
  { page: 'docs/syn-fin.md', name: 'syn-fin verdict', from: 'syn-fin.json', write: writeSynFinVerdict },
  { page: 'docs/syn-fin.md', name: 'syn-fin table', from: 'syn-fin.json', write: writeSynFinTable },
  { page: 'docs/state-machine.md', name: 'model summary', from: 'model.json', write: writeModelSummary },
  { page: 'docs/state-machine.md', name: 'model transitions', from: 'model.json', write: writeModelTransitions },
  { page: 'docs/state-machine.md', name: 'model departures', from: 'model.json', write: writeModelDepartures },
  { page: 'docs/captures.md', name: 'speed of captures', from: 'captures.json', write: writeCaptureSpeed },
  {
    page: 'docs/sequences.md',
    name: 'sequence of close-missing',
    from: 'sequence-close-missing.json',
    write: writeSequence,
  },
];
