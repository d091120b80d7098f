import { judgeAnyCell, type RemediesDocument, VERDICTS } from '@closewait/core/experiment';
import { remediesSchema } from '@closewait/core/experiment/schema';
import type { CauseId } from '@closewait/core/facts';

type Verdict = ReturnType<typeof judgeAnyCell>;

const PLACES = { control: '', inside: 'Changes of the program', outside: 'From outside' } as const;

/** The row of one cause in docs/measured/remedies.json: remedies that come to the same for every peer are one line. */
export function writeRemediesOfCause(cause: CauseId): (document: unknown) => string {
  return (document) => {
    const read = remediesSchema.parse(document);
    const { peers, host } = read;
    const rows = read.remedies.map((remedy) => ({ ...remedy, verdicts: verdictsOf(read, cause, remedy.id) }));
    const measured = rows.filter(({ verdicts }) => verdicts.some((verdict) => verdict !== 'n/a'));
    if (measured.length === 0) throw new Error(`${cause} has no row in the measured matrix`);
    const used = new Set(measured.flatMap(({ verdicts }) => verdicts));
    const tables = Object.entries(PLACES).flatMap(([place, title]) => {
      const here = measured.filter(({ where }) => where === place);
      const lines = Map.groupBy(here, ({ verdicts }) => verdicts.map(signOf).join(' | '));
      return [...lines].map(
        ([signs, same], index) =>
          `| ${signs} | ${index === 0 && title !== '' ? `**${title}:** ` : ''}${same.map((one) => one.title).join('; ')} |`,
      );
    });
    return [
      `| ${peers.map(({ letter }) => letter).join(' | ')} | remedy |`,
      `|${'---|'.repeat(peers.length + 1)}`,
      ...tables,
      '',
      `Measured on ${host.kernel}; the peer is ${peers.map(({ letter, title }) => `${letter} ${title}`).join('; ')}.`,
      '',
      ...Object.entries(VERDICTS)
        .filter(([verdict]) => [...used].some((one) => one === verdict))
        .map(([, { sign, word, says }]) => `- \`${sign}\` ${word}: ${says}`),
    ].join('\n');
  };
}

function verdictsOf({ peers, cells }: RemediesDocument, cause: CauseId, remedy: string): readonly Verdict[] {
  return peers.map((peer) => {
    const cell = cells.find((one) => one.cause === cause && one.remedy === remedy && one.peer === peer.id);
    return cell === undefined ? 'n/a' : judgeAnyCell(cell);
  });
}

function signOf(verdict: Verdict): string {
  if (verdict === 'n/a') return ' ';
  return verdict === '?' ? verdict : VERDICTS[verdict].sign;
}
