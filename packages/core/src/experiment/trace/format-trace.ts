import { formatPicture } from '../../draw/index.ts';
import { createStyle, formatCount, formatCountOf, type Style, safeText, wrap } from '../../report/index.ts';
import { chooseConnections } from './choose-connections.ts';
import { describeSight } from './describe-sight.ts';
import type { TraceConnection, TraceDocument } from './trace-document.ts';
import { pictureOf } from './trace-picture.ts';

export interface TraceTextOptions {
  readonly colour: boolean;
  /** Columns. */
  readonly width: number;
  /** Draws every connection, and folds nothing. */
  readonly all: boolean;
}

const WIDEST = 120;

/** A trace for the terminal: a sequence for each kind of connection, then what the pictures are made of. */
export function formatTrace(trace: TraceDocument, { colour, width, all }: TraceTextOptions): string {
  const style = createStyle(colour);
  const columns = Math.min(WIDEST, width);
  const { drawn, alike, leftOut } = chooseConnections(trace, all);
  const lines = [
    ...wrap(`${trace.scenario.name}: ${trace.scenario.title}`, columns).map((line, index) =>
      index === 0 ? line.replace(trace.scenario.name, style.strong(trace.scenario.name)) : line,
    ),
    '',
    ...drawn.flatMap((connection) => [
      heading(connection, trace, alike(connection), style),
      ...formatPicture(pictureOf(trace, connection, all), style, columns),
      '',
    ]),
    ...(drawn.length === 0 ? ['No connection was seen.', ''] : []),
    ...(leftOut > 0
      ? [`${formatCountOf(leftOut, 'more kind')} of connection not drawn; --all draws every connection.`, '']
      : []),
    ...describeSight(trace).flatMap((sentence) => wrap(sentence, columns).map((line) => style.faint(line))),
  ];
  return `${lines.join('\n')}\n`;
}

function heading(
  { number, client, server }: TraceConnection,
  { connections }: TraceDocument,
  alike: number,
  { strong, faint }: Style,
): string {
  const more = alike > 0 ? `, ${formatCount(alike)} more alike` : '';
  const ends = safeText(`${client.address}:${client.port} to ${server.address}:${server.port}`);
  return `${strong(`Connection ${number} of ${connections.length}`)}${more}  ${faint(ends)}`;
}
