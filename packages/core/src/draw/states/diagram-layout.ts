import type { Sent, TcpEvent, TcpState } from '../../tcp/index.ts';
import type { Point } from './canvas.ts';
import { corners } from './corners.ts';
import type { Direction } from './glyphs.ts';

/** Where a state stands: the top left corner of its frame of three rows. */
export interface PlacedState {
  readonly state: TcpState;
  readonly at: Point;
  readonly columns: number;
}

/** A label: its lines, from this point on; `mark` tells it from the one that shares its line. */
export interface PlacedLabel {
  readonly at: Point;
  readonly lines: readonly string[];
  readonly mark?: Direction;
}

/** An arrow of the drawing. That these are the arrows of TRANSITIONS, no more and no less, is tested. */
export interface PlacedArrow {
  readonly from: TcpState;
  readonly to: TcpState;
  /** Those that the label names. */
  readonly events: readonly TcpEvent[];
  readonly sends: Sent | null;
  /** Corners of its line; null: it shares the line of the arrow in the other direction. */
  readonly line: readonly Point[] | null;
  /** Null: the label of the arrow that it joins says the same. */
  readonly label: PlacedLabel | null;
  readonly shares?: 'both-heads' | 'joins';
}

/** Columns and rows of the drawing. */
export const DIAGRAM_COLUMNS = 80;
export const DIAGRAM_ROWS = 22;

/** Opening above, the active close on the left, the passive one on the right. */
export const PLACED_STATES: readonly PlacedState[] = [
  { state: 'LISTEN', at: [10, 0], columns: 13 },
  { state: 'CLOSED', at: [39, 0], columns: 12 },
  { state: 'SYN-RECEIVED', at: [10, 6], columns: 17 },
  { state: 'ESTABLISHED', at: [36, 6], columns: 15 },
  { state: 'SYN-SENT', at: [64, 6], columns: 16 },
  { state: 'FIN-WAIT-1', at: [10, 12], columns: 17 },
  { state: 'CLOSING', at: [36, 12], columns: 15 },
  { state: 'CLOSE-WAIT', at: [64, 12], columns: 16 },
  { state: 'FIN-WAIT-2', at: [10, 17], columns: 17 },
  { state: 'TIME-WAIT', at: [36, 17], columns: 15 },
  { state: 'LAST-ACK', at: [64, 17], columns: 16 },
];

/** CLOSED once more, where connections end: its name alone, as in figure 5. */
export const END: PlacedState = { state: 'CLOSED', at: [52, 21], columns: 8 };

/** Which side closes first, where the two ways part. */
export const CAPTIONS: readonly { readonly at: Point; readonly text: string; readonly side: 'active' | 'passive' }[] = [
  { at: [24, 11], text: 'ACTIVE CLOSE', side: 'active' },
  { at: [57, 11], text: 'PASSIVE CLOSE', side: 'passive' },
];

export const PLACED_ARROWS: readonly PlacedArrow[] = [
  {
    from: 'CLOSED',
    to: 'LISTEN',
    events: ['passive OPEN'],
    sends: null,
    line: corners('38,1 23,1'),
    label: { at: [24, 0], lines: ['passive OPEN'], mark: 'left' },
    shares: 'both-heads',
  },
  {
    from: 'LISTEN',
    to: 'CLOSED',
    events: ['CLOSE'],
    sends: null,
    line: null,
    label: { at: [28, 2], lines: ['CLOSE'], mark: 'right' },
  },
  {
    from: 'CLOSED',
    to: 'SYN-SENT',
    events: ['active OPEN'],
    sends: 'SYN',
    line: corners('51,1 77,1 77,5'),
    label: { at: [53, 0], lines: ['active OPEN, snd SYN'], mark: 'down' },
    shares: 'both-heads',
  },
  {
    from: 'SYN-SENT',
    to: 'CLOSED',
    events: ['CLOSE'],
    sends: null,
    line: null,
    label: { at: [53, 2], lines: ['CLOSE'], mark: 'left' },
  },
  {
    from: 'LISTEN',
    to: 'SYN-SENT',
    events: ['SEND', 'active OPEN'],
    sends: 'SYN',
    line: corners('21,2 21,3 69,3 69,5'),
    label: { at: [31, 3], lines: ['SEND or active OPEN, snd SYN'] },
  },
  {
    from: 'LISTEN',
    to: 'SYN-RECEIVED',
    events: ['rcv SYN'],
    sends: 'SYN,ACK',
    line: corners('11,2 11,5'),
    label: { at: [13, 3], lines: ['rcv SYN', 'snd SYN,ACK'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'LISTEN',
    events: ['rcv RST', 'rcv SYN', 'rcv SYN,ACK'],
    sends: null,
    line: corners('10,7 8,7 8,1 9,1'),
    label: { at: [0, 3], lines: ['rcv RST', 'SYN or', 'SYN,ACK'] },
  },
  {
    from: 'SYN-SENT',
    to: 'SYN-RECEIVED',
    events: ['rcv SYN'],
    sends: 'SYN,ACK',
    line: corners('65,6 65,4 25,4 25,5'),
    label: { at: [35, 4], lines: ['rcv SYN, snd SYN,ACK'] },
  },
  {
    from: 'SYN-SENT',
    to: 'ESTABLISHED',
    events: ['rcv SYN,ACK'],
    sends: 'ACK',
    line: corners('64,7 51,7'),
    label: { at: [52, 6], lines: ['rcv SYN,ACK', '', 'snd ACK'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'ESTABLISHED',
    events: ['rcv ACK of SYN'],
    sends: null,
    line: corners('26,7 35,7'),
    label: { at: [28, 6], lines: ['rcv ACK', '', 'of SYN'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'FIN-WAIT-1',
    events: ['CLOSE'],
    sends: 'FIN',
    line: corners('12,8 12,11'),
    label: { at: [14, 9], lines: ['CLOSE', 'snd FIN'] },
  },
  {
    from: 'ESTABLISHED',
    to: 'FIN-WAIT-1',
    events: ['CLOSE'],
    sends: 'FIN',
    line: corners('40,8 40,10 22,10 22,11'),
    label: { at: [24, 10], lines: ['CLOSE, snd FIN'] },
  },
  {
    from: 'ESTABLISHED',
    to: 'CLOSE-WAIT',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('46,8 46,10 72,10 72,11'),
    label: { at: [51, 10], lines: ['rcv FIN, snd ACK'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'CLOSE-WAIT',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('23,8 23,9 46,9'),
    label: null,
    shares: 'joins',
  },
  {
    from: 'FIN-WAIT-1',
    to: 'FIN-WAIT-2',
    events: ['rcv ACK of FIN'],
    sends: null,
    line: corners('12,14 12,16'),
    label: { at: [14, 15], lines: ['rcv ACK', 'of FIN'] },
  },
  {
    from: 'FIN-WAIT-1',
    to: 'CLOSING',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('26,13 35,13'),
    label: { at: [28, 12], lines: ['rcv FIN', '', 'snd ACK'] },
  },
  {
    from: 'FIN-WAIT-1',
    to: 'TIME-WAIT',
    events: ['rcv FIN,ACK of FIN'],
    sends: 'ACK',
    line: corners('22,14 22,15 44,15 44,16'),
    label: { at: [24, 15], lines: ['rcv FIN,ACK of FIN', 'snd ACK'] },
  },
  {
    from: 'CLOSING',
    to: 'TIME-WAIT',
    events: ['rcv ACK of FIN'],
    sends: null,
    line: corners('48,14 48,16'),
    label: { at: [50, 15], lines: ['rcv ACK', 'of FIN'] },
  },
  {
    from: 'CLOSE-WAIT',
    to: 'LAST-ACK',
    events: ['CLOSE'],
    sends: 'FIN',
    line: corners('66,14 66,16'),
    label: { at: [68, 15], lines: ['CLOSE', 'snd FIN'] },
  },
  {
    from: 'FIN-WAIT-2',
    to: 'TIME-WAIT',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('26,18 35,18'),
    label: { at: [28, 17], lines: ['rcv FIN', '', 'snd ACK'] },
  },
  {
    from: 'TIME-WAIT',
    to: 'CLOSED',
    events: ['2MSL timeout'],
    sends: null,
    line: corners('39,19 39,21 51,21'),
    label: { at: [41, 20], lines: ['2MSL timeout'] },
  },
  {
    from: 'LAST-ACK',
    to: 'CLOSED',
    events: ['rcv ACK of FIN'],
    sends: null,
    line: corners('72,19 72,21 60,21'),
    label: { at: [57, 20], lines: ['rcv ACK of FIN'] },
  },
];
