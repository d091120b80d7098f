import { describe, expect, it } from 'vitest';
import { sampleRow } from '../../../../../test/support/sample-host-look.ts';
import { readFilter } from '../../tui/model/index.ts';
import { readRowSelector } from './read-row-selector.ts';

const ROWS = [
  sampleRow(17, { name: 'orders', unit: 'orders.service', place: 'orders.service', ports: [8080, 8443] }),
  sampleRow(18, {
    name: 'Mailer',
    container: `docker:${'ab12'.repeat(16)}`,
    place: 'container docker:ab12',
    ports: [25],
  }),
  sampleRow(19, { name: 'idle', causes: ['idle-pool'], ports: [] }),
  sampleRow(0, { key: 'nobody', pid: null, name: 'no holder seen', ports: [25] }),
];

function filtered(text: string): readonly (number | null)[] {
  return ROWS.filter(readFilter(text, readRowSelector).matches).map(({ pid }) => pid);
}

describe('the filter of processes', () => {
  it.each([
    ['', [17, 18, 19, null]],
    ['pid:17', [17]],
    ['pid:17 pid:18', [17, 18]],
    ['pid:17 :25', []],
    [':25', [18, null]],
    [':8443', [17]],
    ['unit:orders', [17]],
    ['container:ab12ab', [18]],
    ['cause:idle-pool', [19]],
    ['mail', [18]],
    ['descriptor', [17, 18, null]],
    ['19', [19]],
    ['ORD leaked', [17]],
  ])('lets pass by "%s"', (text, pids) => expect(filtered(text)).toEqual(pids));

  it.each([
    ['pid:', 'use pid:NUMBER'],
    [':http', 'use :PORT with a number from 1 to 65535'],
    ['cause:leak', "'leak' is not a cause"],
    ['cookie:5', 'cookie selects connections, this list has processes'],
    ['container:x', 'use container:ID with at least 4 hexadecimal digits of the id'],
  ])('says what is wrong with "%s", and leaves it out', (word, problem) => {
    const filter = readFilter(`mail ${word}`, readRowSelector);
    expect(filter.problem).toBe(problem);
    expect(ROWS.filter(filter.matches).map(({ pid }) => pid)).toEqual([18]);
  });
});
