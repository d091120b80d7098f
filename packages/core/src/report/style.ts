/** A way to write a text: in colour, or as it is. */
export type Paint = (text: string) => string;

/** What the text output distinguishes; the words carry the meaning, colour only leads the eye. */
export interface Style {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly alarm: Paint;
  readonly warn: Paint;
  readonly good: Paint;
  readonly command: Paint;
}

/** Codes of ECMA-48 8.3.117 (SGR), from the eight colours that every theme maps to something readable. */
const SGR = { strong: '1', faint: '2', alarm: '1;31', warn: '33', good: '32', command: '36' } as const;

const ESCAPE = '\x1b';
const SEQUENCES = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');

/** The painters for a terminal, or ones that change nothing. Whether to use colour is the caller's decision. */
export function createStyle(colour: boolean): Style {
  const paint = (code: string): Paint =>
    colour ? (text) => (text === '' ? '' : `${ESCAPE}[${code}m${text}${ESCAPE}[0m`) : same;
  return {
    strong: paint(SGR.strong),
    faint: paint(SGR.faint),
    alarm: paint(SGR.alarm),
    warn: paint(SGR.warn),
    good: paint(SGR.good),
    command: paint(SGR.command),
  };
}

/** The text without what the painters added; safe text has no other sequences. */
export function removeStyle(text: string): string {
  return text.includes(ESCAPE) ? text.replace(SEQUENCES, '') : text;
}

function same(text: string): string {
  return text;
}
