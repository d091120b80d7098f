import { describe, expect, it } from 'vitest';
import {
  answered,
  DROPPING_KERNEL,
  inState,
  LITERAL_KERNEL,
  SAMPLE_CONTROLS,
  sampleStep,
  sampleTrial,
} from '../../../../test/support/sample-syn-fin.ts';
import type { SynFinSight, SynFinTrial } from './syn-fin-document.ts';
import { judgeSynFin } from './syn-fin-verdict.ts';

const KERNEL = 'Linux 0.0';
const judge = (trials: readonly SynFinTrial[]): ReturnType<typeof judgeSynFin> => judgeSynFin(KERNEL, trials);

describe('judgeSynFin', () => {
  it('says no of a kernel that drops SYN+FIN, and what the listener and a connection did', () => {
    const verdict = judge(DROPPING_KERNEL);
    expect(verdict).toMatchObject({
      makesCloseWait: 'no',
      listener: 'dropped',
      fates: [
        { target: 'listener', probe: 'syn-fin', fate: 'dropped', settings: ['cookies-1', 'cookies-2'] },
        { target: 'established', probe: 'syn-fin-in-window', fate: 'unchanged', settings: ['cookies-1'] },
      ],
    });
    expect(verdict.controls.every(({ holds }) => holds)).toBe(true);
    expect(verdict.says[0]).toBe(
      'On Linux 0.0 a segment with SYN and FIN does not make CLOSE-WAIT: after none of 3 trials was a connection in that state.',
    );
    expect(verdict.says[1]).toContain("The listener's count of drops rises by one");
    expect(verdict.says[1]).toContain('answered by RST, so nothing was kept');
    expect(verdict.says[2]).toBe(
      'To a connection in ESTABLISHED: SYN+FIN in the window is answered by a challenge ACK and leaves the state as it is.',
    );
  });

  it('says yes of a kernel that takes both flags at their word, and names the trial', () => {
    const verdict = judge(LITERAL_KERNEL);
    expect(verdict).toMatchObject({ makesCloseWait: 'yes', listener: 'close-wait' });
    expect(verdict.says[0]).toBe(
      'On Linux 0.0 a segment with SYN and FIN makes CLOSE-WAIT: SYN+FIN to a listening port with 1.',
    );
    expect(verdict.says[1]).toBe('SYN+FIN to a listening port makes CLOSE-WAIT.');
  });

  it('says yes without any control: what was seen needs none', () => {
    const seen = LITERAL_KERNEL.filter(({ probe }) => probe === 'syn-fin');
    expect(judge(seen)).toMatchObject({ makesCloseWait: 'yes', listener: 'close-wait' });
  });

  it('tells a listener that ignores the FIN from one that drops the segment', () => {
    const trial = sampleTrial('listener', 'syn-fin', [
      sampleStep({ ...answered('SYN+ACK', 1), ...inState('SYN-RECEIVED'), listenerDrops: 0 }),
      sampleStep({ flags: 'ACK', ...inState('ESTABLISHED'), acceptQueue: 1, listenerDrops: 0 }),
    ]);
    expect(judge([...SAMPLE_CONTROLS, trial])).toMatchObject({ makesCloseWait: 'no', listener: 'fin-ignored' });
  });

  it('tells a SYN cookie, which leaves no socket, from a segment that was dropped', () => {
    const trial = sampleTrial('listener', 'syn-fin', [
      sampleStep({ ...answered('SYN+ACK', 1), listenerDrops: 0 }),
      sampleStep({ flags: 'ACK', ...inState('ESTABLISHED'), acceptQueue: 1, listenerDrops: 0 }),
    ]);
    expect(judge([...SAMPLE_CONTROLS, trial]).listener).toBe('fin-ignored');
    const silent = sampleTrial('listener', 'syn-fin', [
      sampleStep(),
      sampleStep({ flags: 'ACK', ...inState('ESTABLISHED'), acceptQueue: 1 }),
    ]);
    expect(judge([...SAMPLE_CONTROLS, silent]).listener).toBe('fin-ignored');
  });

  it('says that a listener refuses where it answers with RST, and that settings matter where they do', () => {
    const refused = sampleTrial('listener', 'syn-fin', [sampleStep(answered('RST+ACK', 2))], 'cookies-2');
    expect(judge([...SAMPLE_CONTROLS, refused]).listener).toBe('refused');
    expect(judge([...DROPPING_KERNEL, refused]).listener).toBe('differs');
  });

  it.each<SynFinSight>([
    'not-delivered',
    'not-watched',
    'disturbed',
    'late',
  ])('does not take silence for a no where a segment was %s', (sight) => {
    const [first, ...others] = DROPPING_KERNEL.toReversed();
    expect(first?.target).toBe('established');
    const spoiled = sampleTrial('established', 'syn-fin-in-window', [sampleStep({ sight })]);
    const verdict = judge([...others.toReversed(), spoiled]);
    expect(verdict.makesCloseWait).toBe('undecided');
    expect(verdict.says[0]).toMatch(/is undecided: not every trial can be used\.$/);
    expect(verdict.says.at(-1)).toMatch(
      /^1 of 7 trials cannot be used: a segment was .+ \(SYN\+FIN in the window to a connection in ESTABLISHED with 1\)\.$/,
    );
  });

  it('does not take a CLOSE-WAIT for one where the step cannot be used', () => {
    const late = sampleTrial('listener', 'syn-fin', [sampleStep({ sight: 'late', ...inState('CLOSE-WAIT') })]);
    expect(judge([...DROPPING_KERNEL, late]).makesCloseWait).toBe('undecided');
  });

  it.each(
    SAMPLE_CONTROLS.map((control) => [`${control.probe} to ${control.target}`, control] as const),
  )('is undecided when the control %s fails, is missing or could not be made', (_, control) => {
    const others = DROPPING_KERNEL.filter((trial) => trial !== control);
    const silent = { ...control, steps: control.steps.map(({ flags }) => sampleStep({ flags })) };
    const notMade = { ...control, steps: [], notMade: 'unshare: ENOSPC' };
    for (const trials of [others, [...others, silent], [...others, notMade]]) {
      expect(judge(trials)).toMatchObject({ makesCloseWait: 'undecided', listener: 'undecided' });
    }
  });

  it('is undecided where nothing was tried', () => {
    expect(judge([])).toMatchObject({ makesCloseWait: 'undecided', listener: 'undecided', fates: [] });
  });

  it('names what could not be tried, and why', () => {
    const notMade = { ...sampleTrial('listener', 'syn-fin-cookie', [], 'fast-open'), notMade: 'open: EROFS' };
    const verdict = judge([...DROPPING_KERNEL, notMade]);
    expect(verdict.makesCloseWait).toBe('undecided');
    expect(verdict.says.at(-1)).toBe(
      '1 of 8 trials cannot be used: open: EROFS (SYN+FIN, data, cookie to a listening port with FO).',
    );
  });

  it('says it once where one reason keeps every trial from being made', () => {
    const none = DROPPING_KERNEL.map((trial) => ({ ...trial, notMade: 'open: EROFS', steps: [] }));
    expect(judge(none).says).toEqual([
      'Whether a segment with SYN and FIN makes CLOSE-WAIT on Linux 0.0 is undecided: 4 of 4 controls do not hold, ' +
        'not every trial can be used.',
      '7 of 7 trials cannot be used: open: EROFS.',
    ]);
  });

  it('names no more than a few of many', () => {
    const late = (['syn', 'syn-rst', 'fin', 'null', 'xmas', 'syn-fin'] as const).map((probe) =>
      sampleTrial('closed-port', probe, [sampleStep({ sight: 'late' })]),
    );
    expect(judge([...DROPPING_KERNEL, ...late]).says.at(-1)).toMatch(
      /^6 of 13 trials cannot be used: a segment was too late \(SYN to a closed port with 1; .+; 1 more\)\.$/,
    );
  });
});
