import {
  listSettings,
  listSynFinRows,
  type SynFinReport,
  type SynFinRow,
  TARGET_WORDS,
} from '@closewait/core/experiment';
import { synFinSchema } from '@closewait/core/experiment/schema';

/** The verdict of docs/measured/syn-fin.json, its reasons, and what the experiment had to see to be believed. */
export function writeSynFinVerdict(document: unknown): string {
  const { kernel, takenAt, trials, windowMs, tookMs, verdict } = synFinSchema.parse(document);
  const [first = '', ...others] = verdict.says;
  return [
    `**${first}**`,
    '',
    ...others.map((sentence) => `- ${sentence}`),
    '',
    `Measured ${takenAt.slice(0, 10)} on ${kernel}: ${trials.length} trials in ${(tookMs / 1000).toFixed(1)} s, each segment ` +
      `watched for ${windowMs} ms. Controls, without which nothing would follow:`,
    '',
    ...verdict.controls.map(({ says, holds }) => `- ${holds ? 'seen' : '**not seen**'}: ${says}`),
  ].join('\n');
}

/** The verdict of docs/measured/syn-fin.json in two sentences. */
export function writeSynFinInShort(document: unknown): string {
  const [first = '', second = ''] = synFinSchema.parse(document).verdict.says;
  return `> ${first} ${second}`;
}

/** Every segment of docs/measured/syn-fin.json, a table for each target. */
export function writeSynFinTable(document: unknown): string {
  const { trials }: SynFinReport = synFinSchema.parse(document);
  return [...listSynFinRows(trials)]
    .map(([target, rows]) =>
      [
        `To ${TARGET_WORDS[target]}:`,
        '',
        '| sent | settings | answer | sockets afterwards | counters that moved |',
        '|---|---|---|---|---|',
        ...rows.map(writeRow),
      ].join('\n'),
    )
    .join('\n\n');
}

function writeRow({ sent, isFirst, settings, answer, sockets, counters, trouble }: SynFinRow): string {
  const cells = [
    isFirst ? sent : `… ${sent}`,
    isFirst ? listSettings(settings) : '',
    answer ?? trouble,
    answer === null ? '' : sockets,
    counters.map((name) => (name.includes(' ') ? name : `\`${name}\``)).join(' '),
  ];
  return `| ${cells.join(' | ')} |`;
}
