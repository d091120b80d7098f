import {
  findInRemedies,
  formatRemediesGrid,
  judgeAnyCell,
  type RemediesDocument,
  VERDICTS,
} from '@closewait/core/experiment';
import { remediesSchema } from '@closewait/core/experiment/schema';
import { CAUSE_IDS } from '@closewait/core/facts';
import { createStyle } from '@closewait/core/report';

/** What the cells of docs/measured/remedies.json say. Throws where one of the sentences is not so any more. */
export function writeRemediesFindings(document: unknown): string {
  const read = readWhole(document);
  const findings = findInRemedies(read);
  for (const { id, holds, against } of findings) {
    if (holds) continue;
    const cells = against.map(({ cause, remedy, peer }) => `${cause}/${remedy}/${peer}`).join(', ');
    throw new Error(`the measured cells do not say '${id}' any more: ${cells}`);
  }
  const measured = read.cells.filter(({ outcome }) => outcome === 'measured').length;
  return [
    `${measured} cells, measured ${read.takenAt.slice(0, 10)} on ${read.host.kernel} in ${Math.round(read.tookMs / 1000)} s. Each was`,
    `watched for ${read.watchedMs / 1000} s: what "stays" stayed for so long.`,
    '',
    ...findings.map(({ says }) => `- ${says}`),
  ].join('\n');
}

/** What surprises most: for a page that has room for a few. */
const SURPRISES = [
  'keepalive-half-closed',
  'keepalive-keeps-descriptor',
  'user-timeout-idle',
  'destroy-writer',
  'destroy-keeps-descriptor',
  'read-rule-where-read',
  'read-rule-where-not-read',
];

/** A few of the sentences, in the order of {@link SURPRISES}. */
export function writeRemediesInShort(document: unknown): string {
  const findings = findInRemedies(readWhole(document));
  const lines = SURPRISES.map((id) => {
    const finding = findings.find((one) => one.id === id);
    if (finding?.holds !== true) throw new Error(`the measured cells do not say '${id}'`);
    return `- ${finding.says}`;
  });
  return lines.join('\n');
}

/** Each remedy with what it comes to, in how many cells. */
export function writeRemediesCounts(document: unknown): string {
  const { remedies, cells } = readWhole(document);
  const verdicts = Object.entries(VERDICTS);
  const rows = remedies.map(({ id, title, where, says }, index) => {
    const judged = cells.filter((cell) => cell.remedy === id).map(judgeAnyCell);
    const counts = verdicts.map(([verdict]) => judged.filter((one) => one === verdict).length || '');
    const name = where === 'outside' ? `*${title}*` : title;
    return `| ${letterOf(index)} | ${name} | ${counts.join(' | ')} | ${says} |`;
  });
  return [
    `| | remedy | ${verdicts.map(([, { sign, word }]) => `${sign} ${word}`).join(' | ')} | what was done |`,
    `|---|---|${verdicts.map(() => '---:').join('|')}|---|`,
    ...rows,
  ].join('\n');
}

/** A grid for each kind of peer. */
export function writeRemediesGrids(document: unknown): string {
  const read = readWhole(document);
  const plain = createStyle(false);
  const legend = Object.values(VERDICTS).map(({ sign, word, says }) => `- \`${sign}\` ${word}: ${says}`);
  return [
    ...legend,
    '- blank: makes no sense',
    ...read.peers.flatMap(({ id, letter, title, says }) => [
      '',
      `### ${letter}: ${title}`,
      '',
      says,
      '',
      '```text',
      ...formatRemediesGrid(read, id, plain).map((line) => line.trimEnd()),
      '```',
    ]),
  ].join('\n');
}

/** What was set in the private namespaces. */
export function writeRemediesSettings(document: unknown): string {
  const { sysctls } = readWhole(document);
  return Object.entries(sysctls)
    .map(([name, value]) => `\`net.ipv4.${name}=${value}\``)
    .join(', ');
}

function letterOf(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

/** A run that was narrowed, or could not measure a cell, is no documentation. */
function readWhole(document: unknown): RemediesDocument {
  const read = remediesSchema.parse(document);
  const places = read.causes.length * read.remedies.length * read.peers.length;
  if (read.causes.length < CAUSE_IDS.length - 1 || read.cells.length < places)
    throw new Error('the measured matrix is not whole');
  const missing = read.cells.find(({ outcome }) => outcome === 'not-measured');
  if (missing !== undefined) throw new Error(`not measured: ${missing.cause}/${missing.remedy}/${missing.peer}`);
  return read;
}
