import { describe, expect, it } from 'vitest';
import { drawRemediesPage } from './html-remedies.ts';
import type { RemedyCell } from './remedies-document.ts';
import { sampleCell, sampleRemedies } from './remedies-sample.ts';
import { VERDICTS } from './remedies-verdict.ts';
import { PEERS, REMEDIES, type RemedyCause } from './remedies-vocabulary.ts';
import { formatRemedies } from './text-remedies.ts';

const CAUSES: readonly RemedyCause[] = ['descriptor-leaked', 'inherited-descriptor', 'worker-stuck'];
const HOSTILE = '<script>\u001b[31m';

/** Every place, with something of everything; one could not be measured and one makes no sense. */
const CELLS: readonly RemedyCell[] = CAUSES.flatMap((cause) =>
  REMEDIES.flatMap(({ id: remedy }) =>
    PEERS.map(({ id: peer }): RemedyCell => {
      const place = { cause, remedy, peer };
      if (remedy === 'other-leg-read')
        return { ...place, outcome: 'not-applicable', why: 'only a relay has another leg' };
      if (remedy === 'sweep')
        return { ...place, outcome: 'not-measured', why: 'nothing was found that keeps the socket' };
      if (remedy !== 'destroy') return sampleCell(place);
      return sampleCell({
        ...place,
        answer: 'ok',
        connection: { result: 'ended', leftAfterMs: 2004, state: 'CLOSED' },
        transitions: [
          { atMs: 0, end: 'own', state: 'CLOSE-WAIT', from: 'sock_diag' },
          { atMs: 0, end: 'peer', state: 'FIN-WAIT-2', from: 'sock_diag' },
          { atMs: 2004, end: 'own', state: 'CLOSED', from: 'segment' },
        ],
        ownerWouldSee: [{ call: 'send', answer: 'ECONNABORTED' }],
        peerSees: [{ atMs: 2005, call: 'recv', answer: HOSTILE }],
        segments: [{ atMs: 2004, by: 'own', says: 'RST,ACK', count: 1 }],
      });
    }),
  ),
);
const DOCUMENT = sampleRemedies(CELLS);
const PLAIN = { colour: false, width: 80, detailed: false } as const;

describe('the matrix as text', () => {
  it('fits into 80 columns, as a grid and in detail, and has no control characters', () => {
    for (const options of [
      PLAIN,
      { ...PLAIN, detailed: true },
      { ...PLAIN, detailed: true, peer: 'vanished' },
    ] as const) {
      const text = formatRemedies(DOCUMENT, options);
      for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
      expect(text).not.toContain('\u001b');
    }
  });

  it('has a sign for each cell: nothing, ended, blank, not measured', () => {
    const [row = ''] = formatRemedies(DOCUMENT, PLAIN)
      .split('\n')
      .filter((line) => line.startsWith('worker-stuck'));
    const signs = Array.from(row.slice(22)).filter((_, index) => index % 2 === 1);
    const of = (id: string): string | undefined => signs[REMEDIES.findIndex((remedy) => remedy.id === id)];
    expect([of('none'), of('destroy'), of('other-leg-read'), of('sweep')]).toEqual(['·', '○', ' ', '?']);
  });

  it('tells in detail what both ends saw of one peer', () => {
    const text = formatRemedies(DOCUMENT, { ...PLAIN, detailed: true, peer: 'half-closed' });
    expect(text).toMatch(/SOCK_DESTROY +○ +still held after 2\.0 s/);
    expect(text).toContain('ended after 2 s; descriptor kept; worker serves all along');
    expect(text).toContain('would see       send ECONNABORTED');
    expect(text).toContain('peer sees       recv <script>\\x1b[31m (after 2 s)');
    expect(text).toContain('on the wire     → RST,ACK');
    expect(text).toContain('nothing was found that keeps the socket');
  });

  it('says where a sentence is not so', () => {
    const broken = sampleRemedies([sampleCell({ remedy: 'destroy' })]);
    expect(formatRemedies(broken, PLAIN)).toMatch(/not here: .*/);
    expect(formatRemedies(broken, PLAIN).replaceAll(/\s+/g, ' ')).toContain('descriptor-leaked/destroy/half-closed');
  });
});

describe('the matrix as a page', () => {
  const page = drawRemediesPage(DOCUMENT);

  it('has a sign and a word in each cell, and shows text from outside as text', () => {
    const { sign, word } = VERDICTS.connection;
    expect(page).toContain(`${sign}<span class="word">${word}</span>`);
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;');
  });

  it('leads every sign to the details of its cell', () => {
    const targets = [...page.matchAll(/href="#(?<id>[\w-]+)"/g)].map(({ groups }) => groups?.['id'] ?? '');
    expect(targets.length).toBeGreaterThan(100);
    for (const id of new Set(targets)) expect(page).toContain(`id="${id}"`);
  });

  it('lets every peer be chosen without a script', () => {
    for (const { id } of PEERS) {
      expect(page).toContain(`id="peer-${id}"`);
      expect(page).toContain(`#peer-${id}:checked ~ [data-peer="${id}"]`);
    }
  });
});
