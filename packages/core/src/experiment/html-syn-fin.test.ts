import { describe, expect, it } from 'vitest';
import { DROPPING_KERNEL, LITERAL_KERNEL, sampleStep, sampleTrial } from '../../../../test/support/sample-syn-fin.ts';
import { buildSynFinReport } from './build-syn-fin.ts';
import { htmlSynFin } from './html-syn-fin.ts';
import type { SynFinTrial } from './syn-fin-document.ts';

function pageOf(trials: readonly SynFinTrial[], kernel = 'Linux 0.0'): string {
  return htmlSynFin(
    buildSynFinReport({ takenAt: '2026-01-02T03:04:05.678Z', kernel, windowMs: 220, tookMs: 900, trials }),
  );
}

describe('htmlSynFin', () => {
  it('is one page with the verdict, the controls and every segment, and fetches nothing', () => {
    const page = pageOf(DROPPING_KERNEL);
    expect(page).toContain('<p class="verdict no">On Linux 0.0 a segment with SYN and FIN does not make CLOSE-WAIT');
    expect(page.match(/<li class="holds">/g)).toHaveLength(4);
    expect(page.match(/<tr(?: class="then")?><td>/g)).toHaveLength(10);
    expect(page).not.toMatch(/https?:|<script|<link|src=/);
  });

  it('has another colour for a yes and for what is undecided', () => {
    expect(pageOf(LITERAL_KERNEL)).toContain('<p class="verdict yes">');
    expect(pageOf([])).toContain('<p class="verdict undecided">');
    expect(pageOf([])).toContain('<li class="fails">');
  });

  it('writes what comes from outside as text', () => {
    const notMade = { ...sampleTrial('listener', 'syn-fin', [sampleStep()]), notMade: '<img src=x>' };
    const page = pageOf([notMade], '<script>alert(1)</script>');
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain('&lt;img src=x&gt;');
  });
});
