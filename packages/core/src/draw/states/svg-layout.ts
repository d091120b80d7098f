import type { Sent, TcpEvent, TcpState } from '../../tcp/index.ts';
import type { Point } from './canvas.ts';
import { corners } from './corners.ts';

/** A box of the picture, in pixels of its view box. */
export interface SvgBox {
  readonly state: TcpState;
  readonly at: Point;
  readonly width: number;
  readonly height: number;
}

/** An arrow of the picture; that these are the arrows of TRANSITIONS is tested. */
export interface SvgArrow {
  readonly from: TcpState;
  readonly to: TcpState;
  readonly events: readonly TcpEvent[];
  readonly sends: Sent | null;
  readonly line: readonly Point[];
  readonly label: {
    readonly at: Point;
    readonly anchor: 'start' | 'middle' | 'end';
    readonly lines: readonly string[];
  };
}

export const SVG_WIDTH = 1040;
export const SVG_HEIGHT = 868;

const [WIDTH, HEIGHT] = [168, 58];
const [LEFT, MIDDLE, RIGHT] = [150, 476, 802];
const [FIRST, SECOND, THIRD, FOURTH] = [92, 272, 462, 622];

const box = (state: TcpState, x: number, y: number): SvgBox => ({ state, at: [x, y], width: WIDTH, height: HEIGHT });

/** Opening above, the active close on the left, the passive one on the right. */
export const SVG_BOXES: readonly SvgBox[] = [
  box('LISTEN', LEFT, FIRST),
  box('CLOSED', MIDDLE, FIRST),
  box('SYN-RECEIVED', LEFT, SECOND),
  box('ESTABLISHED', MIDDLE, SECOND),
  box('SYN-SENT', RIGHT, SECOND),
  box('FIN-WAIT-1', LEFT, THIRD),
  box('CLOSING', MIDDLE, THIRD),
  box('CLOSE-WAIT', RIGHT, THIRD),
  box('FIN-WAIT-2', LEFT, FOURTH),
  box('TIME-WAIT', MIDDLE, FOURTH),
  box('LAST-ACK', RIGHT, FOURTH),
];

/** CLOSED once more, where connections end. */
export const SVG_END: SvgBox = { state: 'CLOSED', at: [704, 764], width: 110, height: 38 };

/** The tinted grounds. */
export const SVG_REGIONS = [
  { side: 'active', at: [130, 432], width: 534, height: 308, title: 'ACTIVE CLOSE', says: 'this side closes first' },
  { side: 'passive', at: [782, 432], width: 208, height: 308, title: 'PASSIVE CLOSE', says: 'the peer closes first' },
] as const;

export const SVG_ARROWS: readonly SvgArrow[] = [
  {
    from: 'CLOSED',
    to: 'LISTEN',
    events: ['passive OPEN'],
    sends: null,
    line: corners('476,110 318,110'),
    label: { at: [397, 102], anchor: 'middle', lines: ['passive OPEN'] },
  },
  {
    from: 'LISTEN',
    to: 'CLOSED',
    events: ['CLOSE'],
    sends: null,
    line: corners('318,133 476,133'),
    label: { at: [397, 150], anchor: 'middle', lines: ['CLOSE'] },
  },
  {
    from: 'CLOSED',
    to: 'SYN-SENT',
    events: ['active OPEN'],
    sends: 'SYN',
    line: corners('644,110 940,110 940,272'),
    label: { at: [662, 102], anchor: 'start', lines: ['active OPEN, snd SYN'] },
  },
  {
    from: 'SYN-SENT',
    to: 'CLOSED',
    events: ['CLOSE'],
    sends: null,
    line: corners('906,272 906,133 644,133'),
    label: { at: [662, 150], anchor: 'start', lines: ['CLOSE'] },
  },
  {
    from: 'LISTEN',
    to: 'SYN-SENT',
    events: ['SEND', 'active OPEN'],
    sends: 'SYN',
    line: corners('292,150 292,192 866,192 866,272'),
    label: { at: [560, 184], anchor: 'middle', lines: ['SEND or active OPEN, snd SYN'] },
  },
  {
    from: 'SYN-SENT',
    to: 'SYN-RECEIVED',
    events: ['rcv SYN'],
    sends: 'SYN,ACK',
    line: corners('826,272 826,232 300,232 300,272'),
    label: { at: [560, 224], anchor: 'middle', lines: ['rcv SYN, snd SYN,ACK'] },
  },
  {
    from: 'LISTEN',
    to: 'SYN-RECEIVED',
    events: ['rcv SYN'],
    sends: 'SYN,ACK',
    line: corners('178,150 178,272'),
    label: { at: [189, 208], anchor: 'start', lines: ['rcv SYN', 'snd SYN,ACK'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'LISTEN',
    events: ['rcv RST', 'rcv SYN', 'rcv SYN,ACK'],
    sends: null,
    line: corners('150,301 116,301 116,121 150,121'),
    label: { at: [106, 208], anchor: 'end', lines: ['rcv RST, SYN', 'or SYN,ACK'] },
  },
  {
    from: 'SYN-SENT',
    to: 'ESTABLISHED',
    events: ['rcv SYN,ACK'],
    sends: 'ACK',
    line: corners('802,301 644,301'),
    label: { at: [723, 293], anchor: 'middle', lines: ['rcv SYN,ACK', '', 'snd ACK'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'ESTABLISHED',
    events: ['rcv ACK of SYN'],
    sends: null,
    line: corners('318,301 476,301'),
    label: { at: [397, 293], anchor: 'middle', lines: ['rcv ACK of SYN'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'CLOSE-WAIT',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('288,330 288,366 936,366 936,462'),
    label: { at: [740, 358], anchor: 'middle', lines: ['rcv FIN, snd ACK'] },
  },
  {
    from: 'SYN-RECEIVED',
    to: 'FIN-WAIT-1',
    events: ['CLOSE'],
    sends: 'FIN',
    line: corners('178,330 178,462'),
    label: { at: [189, 388], anchor: 'start', lines: ['CLOSE', 'snd FIN'] },
  },
  {
    from: 'ESTABLISHED',
    to: 'FIN-WAIT-1',
    events: ['CLOSE'],
    sends: 'FIN',
    line: corners('526,330 526,408 288,408 288,462'),
    label: { at: [407, 400], anchor: 'middle', lines: ['CLOSE, snd FIN'] },
  },
  {
    from: 'ESTABLISHED',
    to: 'CLOSE-WAIT',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('594,330 594,408 886,408 886,462'),
    label: { at: [740, 400], anchor: 'middle', lines: ['rcv FIN, snd ACK'] },
  },
  {
    from: 'FIN-WAIT-1',
    to: 'CLOSING',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('318,491 476,491'),
    label: { at: [397, 483], anchor: 'middle', lines: ['rcv FIN', '', 'snd ACK'] },
  },
  {
    from: 'FIN-WAIT-1',
    to: 'FIN-WAIT-2',
    events: ['rcv ACK of FIN'],
    sends: null,
    line: corners('178,520 178,622'),
    label: { at: [189, 579], anchor: 'start', lines: ['rcv ACK of FIN'] },
  },
  {
    from: 'FIN-WAIT-1',
    to: 'TIME-WAIT',
    events: ['rcv FIN,ACK of FIN'],
    sends: 'ACK',
    line: corners('288,520 288,562 526,562 526,622'),
    label: { at: [407, 554], anchor: 'middle', lines: ['rcv FIN,ACK of FIN', '', 'snd ACK'] },
  },
  {
    from: 'CLOSING',
    to: 'TIME-WAIT',
    events: ['rcv ACK of FIN'],
    sends: null,
    line: corners('594,520 594,622'),
    label: { at: [605, 570], anchor: 'start', lines: ['rcv ACK', 'of FIN'] },
  },
  {
    from: 'FIN-WAIT-2',
    to: 'TIME-WAIT',
    events: ['rcv FIN'],
    sends: 'ACK',
    line: corners('318,651 476,651'),
    label: { at: [397, 643], anchor: 'middle', lines: ['rcv FIN', '', 'snd ACK'] },
  },
  {
    from: 'CLOSE-WAIT',
    to: 'LAST-ACK',
    events: ['CLOSE'],
    sends: 'FIN',
    line: corners('886,520 886,622'),
    label: { at: [897, 570], anchor: 'start', lines: ['CLOSE', 'snd FIN'] },
  },
  {
    from: 'TIME-WAIT',
    to: 'CLOSED',
    events: ['2MSL timeout'],
    sends: null,
    line: corners('560,680 560,783 704,783'),
    label: { at: [580, 775], anchor: 'start', lines: ['2MSL timeout'] },
  },
  {
    from: 'LAST-ACK',
    to: 'CLOSED',
    events: ['rcv ACK of FIN'],
    sends: null,
    line: corners('954,680 954,783 814,783'),
    label: { at: [934, 775], anchor: 'end', lines: ['rcv ACK of FIN'] },
  },
];
