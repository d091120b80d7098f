import { describe, expect, it } from 'vitest';
import { closingView, type TcpState, TRANSITIONS } from '../../tcp/index.ts';
import type { Point } from './canvas.ts';
import { END, PLACED_ARROWS, PLACED_STATES, type PlacedArrow } from './diagram-layout.ts';
import { describeEvents, type StateArrow, stateArrows } from './state-arrows.ts';
import { SVG_ARROWS, SVG_BOXES, SVG_END, type SvgArrow } from './svg-layout.ts';

const pairOf = ({ from, to }: Pick<StateArrow, 'from' | 'to'>): string => `${from} > ${to}`;

/** The label as one sentence, whatever the lines that it stands on. */
const sentenceOf = (lines: readonly string[]): string =>
  lines
    .filter((line) => line !== '')
    .join(' ')
    .replaceAll(', ', ' ');

interface Box {
  readonly state: TcpState;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const isOnBorder = ({ left, top, right, bottom }: Box, [x, y]: Point): boolean =>
  x >= left && x <= right && y >= top && y <= bottom && (x === left || x === right || y === top || y === bottom);

/** One cell further out: where the head of an arrow stands on a terminal. */
const isBeside = ({ left, top, right, bottom }: Box, [x, y]: Point): boolean =>
  ((x === left - 1 || x === right + 1) && y >= top && y <= bottom) ||
  ((y === top - 1 || y === bottom + 1) && x > left && x < right);

describe('the arrows of the diagram', () => {
  it('are the orderly transitions: each is an arrow, and each arrow is one', () => {
    const closing = closingView();
    const all = [...closing.active.transitions, ...closing.passive.transitions, ...TRANSITIONS.slice(0, 3)];
    const arrows = stateArrows();
    for (const { from, to, event } of all) {
      expect(arrows.find((arrow) => arrow.from === from && arrow.to === to)?.events).toContain(event);
    }
    for (const { from, to, events } of arrows) {
      for (const event of events) {
        expect(TRANSITIONS).toContainEqual(expect.objectContaining({ from, to, event }));
      }
    }
  });

  it('leave out of figure 5 what its notes say, and nothing else', () => {
    expect(stateArrows().flatMap((arrow) => (arrow.inFigure ? [] : [pairOf(arrow)]))).toEqual([
      'SYN-RECEIVED > CLOSE-WAIT',
      'FIN-WAIT-1 > TIME-WAIT',
    ]);
    expect(stateArrows().filter(({ inFigure }) => inFigure)).toHaveLength(20);
  });
});

describe.each<[string, readonly (PlacedArrow | SvgArrow)[], readonly Box[], Box]>([
  ['terminal', PLACED_ARROWS, PLACED_STATES.map((place) => boxOf(place, place.columns - 1, 2)), boxOf(END, 7, 0)],
  [
    'picture',
    SVG_ARROWS,
    SVG_BOXES.map((place) => boxOf(place, place.width, place.height)),
    boxOf(SVG_END, SVG_END.width, SVG_END.height),
  ],
])('the layout for a %s', (where, arrows, boxes, end) => {
  it('draws every arrow, once, and none beside', () => {
    expect(arrows.map(pairOf).toSorted()).toEqual(stateArrows().map(pairOf).toSorted());
  });

  it('places every state once', () => {
    expect(boxes.map(({ state }) => state).toSorted()).toEqual(
      [...new Set(stateArrows().flatMap(({ from, to }) => [from, to]))].toSorted(),
    );
  });

  it.each(arrows.map((arrow) => [pairOf(arrow), arrow] as const))('%s: its label says what moves it', (_, arrow) => {
    const moves = TRANSITIONS.filter(({ from, to }) => from === arrow.from && to === arrow.to);
    for (const event of arrow.events) {
      expect(moves).toContainEqual(expect.objectContaining({ event, sends: arrow.sends }));
    }
    const says = `${describeEvents(arrow.events)}${arrow.sends === null ? '' : `, snd ${arrow.sends}`}`;
    if (arrow.label !== null) expect(sentenceOf(arrow.label.lines)).toBe(sentenceOf([says]));
  });

  it.each(
    arrows.flatMap((arrow) => (arrow.line === null ? [] : [[pairOf(arrow), arrow, arrow.line] as const])),
  )('%s: its line leads from the one state to the other', (_, arrow, line) => {
    const from = boxes.filter(({ state }) => state === arrow.from);
    const to = [...boxes, end].filter(({ state }) => state === arrow.to);
    const nowhere: Point = [-1, -1];
    const [first, last] = [line[0] ?? nowhere, line.at(-1) ?? nowhere];
    const shares = 'shares' in arrow ? arrow.shares : undefined;
    expect(from.some((box) => (shares === 'both-heads' ? isBeside(box, first) : isOnBorder(box, first)))).toBe(true);
    if (shares === 'joins') {
      const joined = arrows.find((other) => other.to === arrow.to && other !== arrow);
      expect(joined?.line?.some(([x]) => x === last[0])).toBe(true);
    } else {
      expect(to.some((box) => (where === 'terminal' ? isBeside(box, last) : isOnBorder(box, last)))).toBe(true);
    }
  });

  it('shares a line only between the two directions of one pair, or where the other label says the same', () => {
    for (const arrow of arrows) {
      const back = arrows.find(({ from, to }) => from === arrow.to && to === arrow.from);
      if (arrow.line === null) expect(back).toMatchObject({ shares: 'both-heads' });
      if (arrow.label === null) {
        const joined = arrows.find(({ from, to }) => to === arrow.to && from !== arrow.from);
        expect(joined).toMatchObject({ events: arrow.events, sends: arrow.sends });
      }
    }
  });
});

function boxOf(
  { state, at: [left, top] }: { readonly state: TcpState; readonly at: Point },
  width: number,
  height: number,
): Box {
  return { state, left, top, right: left + width, bottom: top + height };
}
