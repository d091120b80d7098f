import { describe, expect, it } from 'vitest';
import { sampleStateCount } from '../../../../../test/support/sample-counts.ts';
import { KERNEL_SETTINGS } from '../../facts/index.ts';
import { TCP_STATES, TRANSITIONS } from '../../tcp/index.ts';
import { buildStates } from './build-states.ts';
import { formatExplainedState } from './explain-page.ts';
import { STATE_KNOWLEDGE } from './knowledge.ts';

describe.each(TCP_STATES)('what is known of %s', (state) => {
  const knowledge = STATE_KNOWLEDGE[state];

  it('is whole, plain ASCII, and cites the RFC and the kernel', () => {
    const texts = Object.values(knowledge).filter((value) => typeof value === 'string');
    expect(texts).toHaveLength(9);
    for (const text of texts) expect(text).toMatch(/^[ -~]{7,}$/);
    expect(knowledge.references.some((reference) => reference.startsWith('RFC 9293'))).toBe(true);
    expect(knowledge.references.some((reference) => /^(?:net|include)\//.test(reference))).toBe(true);
    expect(knowledge.next).toMatch(/^closewait\b/);
    for (const { name } of knowledge.settings) expect(KERNEL_SETTINGS).toContain(name);
  });

  it('comes with every transition that enters or leaves it', () => {
    const facts = sampleStateCount();
    const detail = { state, localPorts: [], holders: [], holderCount: 0, unheld: 0, ownerless: 0 };
    const { explained, ...document } = buildStates({ ...facts, detail });
    if (explained === null) throw new Error('no state explained');
    expect(explained.enters).toHaveLength(TRANSITIONS.filter(({ to }) => to === state).length);
    expect(explained.leaves).toHaveLength(TRANSITIONS.filter(({ from }) => from === state).length);
    const text = formatExplainedState({ ...document, explained }, { colour: false, width: 80 }).join('\n');
    for (const { event } of [...explained.enters, ...explained.leaves]) expect(text).toContain(event);
    for (const { name } of knowledge.settings) expect(text).toContain(name);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
