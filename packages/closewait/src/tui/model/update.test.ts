import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOOKED_AT_MS, sampleLook, sampleRow } from '../../../../../test/support/sample-host-look.ts';
import { drawScreen } from '../view/draw-screen.ts';
import { createPalette } from '../view/palette.ts';
import { cellsOf } from './cells.ts';
import type { TopEvent } from './events.ts';
import type { ConnectionLine, ConnectionPage, HostLook, PageRequest } from './host-look.ts';
import { startState, type TopState } from './state.ts';
import { update, wantedPage } from './update.ts';

const PLAIN = createPalette({ colour: false, unicode: true });
const TOTAL = 100_000;

function start(columns = 80, rows = 24): TopState {
  return startState({ size: { columns, rows }, nowMs: LOOKED_AT_MS, recording: null, intervalMs: 2000 });
}

function after(state: TopState, ...events: readonly (TopEvent | string)[]): TopState {
  return events.reduce<TopState>(
    (now, event) => update(now, typeof event === 'string' ? { type: 'key', key: event } : event, () => null),
    state,
  );
}

function looked(look: HostLook): TopEvent {
  return { type: 'looked', look };
}

function line(index: number): ConnectionLine {
  return {
    id: `c${index}`,
    local: '10.0.0.1:8080',
    remote: `10.1.0.1:${index}`,
    netns: 1,
    ageMs: TOTAL - index,
    ageIs: 'exact',
    rxQueueBytes: 1,
    txQueueBytes: 0,
    descriptor: String(index),
    cause: 'descriptor-leaked',
  };
}

/** What the process that looks answers; `gone` connections were at the beginning and have ended. */
function answer(request: PageRequest, takenAtMs = LOOKED_AT_MS, gone = 0): ConnectionPage {
  const count = Math.max(0, Math.min(request.count, TOTAL - gone - request.offset));
  const at = request.find === null ? -1 : Number(request.find.slice(1)) - gone;
  return {
    request,
    takenAtMs,
    total: TOTAL - gone,
    lines: Array.from({ length: count }, (_, index) => line(request.offset + index + gone)),
    foundAt: at < 0 ? null : at,
    dryRun: null,
  };
}

/** With every page that is wanted until none is. */
function paged(state: TopState, gone = 0): TopState {
  const request = wantedPage(state);
  if (request === null) return state;
  return paged(after(state, { type: 'paged', page: answer(request, state.look?.takenAtMs, gone) }), gone);
}

const three = [sampleRow(1, { stuck: 30 }), sampleRow(2, { stuck: 20 }), sampleRow(3, { stuck: 10 })];
const LISTED = after(start(), looked(sampleLook(three)));

describe('the list of processes', () => {
  it('keeps the selected process selected when the order changes', () => {
    const chosen = after(LISTED, 'down');
    expect(chosen.selected).toBe('2');
    const overtaken = after(chosen, looked(sampleLook([sampleRow(1), sampleRow(2, { stuck: 5 }), sampleRow(3)])));
    expect(overtaken.visible.map(({ pid }) => pid)).toEqual([1, 3, 2]);
    expect([overtaken.selected, overtaken.window.cursor]).toEqual(['2', 2]);
    expect(after(overtaken, '6', 'r').selected).toBe('2');
  });

  it('selects the neighbour of a process that has gone', () => {
    const gone = after(LISTED, 'down', looked(sampleLook(three.filter(({ pid }) => pid !== 2))));
    expect(gone.selected).toBe('3');
  });

  it('filters while one types, keeps the filter upon Enter, and clears it upon Esc', () => {
    const typed = after(LISTED, '/', ...Array.from('server-2'));
    expect(typed.visible.map(({ pid }) => pid)).toEqual([2]);
    expect(after(typed, 'enter').isTyping).toBe(false);
    expect(after(typed, 'backspace').visible).toHaveLength(3);
    expect(after(typed, 'enter', 'escape').visible).toHaveLength(3);
    expect(after(LISTED, '/', ...Array.from('none')).selected).toBeNull();
  });

  it('takes keys of other screens for text while the filter is typed', () => {
    expect(after(LISTED, '/', 'q', '?', 'p', 'c', 's')).toMatchObject({
      isOver: false,
      isPaused: false,
      filter: { text: 'q?pcs' },
    });
    expect(after(LISTED, '/', 'ctrl-c').isOver).toBe(true);
  });

  it('says a look that was refused, and keeps the screen before', () => {
    const failed = after(
      LISTED,
      { type: 'look-failed', message: 'open: EMFILE', atMs: LOOKED_AT_MS },
      { type: 'ticked', nowMs: LOOKED_AT_MS + 12_000 },
    );
    const screen = drawScreen(failed, PLAIN);
    expect(screen[1]).toContain('seen 12s ago: open: EMFILE');
    expect(screen.join('\n')).toContain('server-1');
    expect(after(failed, looked(sampleLook(three))).failure).toBeNull();
  });

  it('changes the interval within its bounds, and pauses', () => {
    expect(after(LISTED, '+').intervalMs).toBe(5000);
    expect(after(LISTED, ...Array.from({ length: 20 }, () => '-')).intervalMs).toBe(500);
    expect(after(LISTED, 'p').isPaused).toBe(true);
    expect(after({ ...LISTED, recording: 'a.cwr' }, 'p').isPaused).toBe(false);
  });
});

describe('the connections of an opened process', () => {
  it('are here at once: their first page came while the process was selected', () => {
    const opened = after(paged(LISTED), 'enter', 'tab');
    expect(drawScreen(opened, PLAIN).join('\n')).toContain('10.1.0.1:0');
    expect(wantedPage(opened)).toBeNull();
  });

  it('are asked for around the window alone, and drawn no more than fit', () => {
    const opened = paged(after(paged(LISTED), 'enter', 'tab', 'end'));
    const lines = drawScreen(opened, PLAIN);
    expect(lines).toHaveLength(24);
    expect(lines.join('\n')).toContain(`10.1.0.1:${TOTAL - 1}`);
    expect(lines.join('\n')).toContain('100,000 of 100,000');
    const { screen } = opened;
    expect(screen.is === 'process' && (screen.list.page?.lines.length ?? 0)).toBeLessThan(300);
  });

  it('stay where they are on the screen when others end', () => {
    const there = paged(after(paged(LISTED), 'enter', 'tab', 'pagedown', 'pagedown', 'pagedown'));
    const row = drawScreen(there, PLAIN).findIndex((text) => text.startsWith('▶'));
    const later = after(there, looked(sampleLook(three, { takenAtMs: LOOKED_AT_MS + 2000 })));
    const moved = paged(later, 5);
    const lines = drawScreen(moved, PLAIN);
    expect(lines.findIndex((text) => text.startsWith('▶'))).toBe(row);
    expect(lines[row]).toBe(drawScreen(there, PLAIN)[row]);
  });

  it('stay on the screen when their process has none any more, which is said', () => {
    const opened = after(paged(LISTED), 'enter', looked(sampleLook(three.slice(1))));
    expect(drawScreen(opened, PLAIN).join('\n')).toContain('nothing of it is stuck any more');
    expect(after(opened, 'escape').screen.is).toBe('list');
  });
});

const KEYS =
  'up down pageup pagedown home end enter escape tab left right backspace ctrl-u s r c / ? p + - q 1 6 : 漢'.split(' ');

describe('every screen', () => {
  const keys = fc.constantFrom(...KEYS);
  const sizes = fc.record({ columns: fc.integer({ min: 20, max: 220 }), rows: fc.integer({ min: 5, max: 70 }) });
  const rows = fc.array(
    fc.record({
      name: fc.constantFrom('java', '漢字サーバー', 'e\u0301'.repeat(20), '🧑‍💻'),
      stuck: fc.nat(200_000),
      place: fc.constantFrom(null, 'orders.service'),
    }),
    { maxLength: 60 },
  );
  const events = fc.array(fc.oneof({ weight: 6, arbitrary: keys }, sizes, rows), { maxLength: 40 });

  it('has as many lines as the terminal, none wider, whatever is pressed and however it is resized', () => {
    fc.assert(
      fc.property(events, fc.boolean(), (all, unicode) => {
        let state = start();
        for (const event of all) {
          if (typeof event === 'string') state = after(state, event);
          else if ('columns' in event) state = after(state, { type: 'resized', size: event });
          else state = after(state, looked(sampleLook(event.map((change, index) => sampleRow(index + 1, change)))));
          state = paged(state);
          const lines = drawScreen(state, createPalette({ colour: false, unicode }));
          expect(lines).toHaveLength(state.size.rows);
          for (const text of lines) expect(cellsOf(text)).toBeLessThanOrEqual(state.size.columns);
          if (!unicode) expect(lines.join('')).toMatch(/^[ -~]*$/);
        }
      }),
    );
  });
});
