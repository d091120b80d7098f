import { drawPictureSvg, htmlPage, htmlText, PICTURE_STYLE, type PictureRow } from '../../draw/index.ts';
import { formatCount, formatCountOf, safeText } from '../../report/index.ts';
import { chooseConnections } from './choose-connections.ts';
import { describeSight } from './describe-sight.ts';
import type { TraceConnection, TraceDocument } from './trace-document.ts';
import { nameLane, pictureOf } from './trace-picture.ts';

/** A trace as one self-contained page: a sequence for each kind of connection, and its rows as a table. */
export function traceHtml(trace: TraceDocument, all: boolean): string {
  const { scenario } = trace;
  const { drawn, alike, leftOut } = chooseConnections(trace, all);
  const body = `
<h1>${safe(scenario.name)}</h1>
<p>${safe(scenario.title)}</p>
<p>${scenario.cause === null ? 'Nothing is stuck at the end.' : `Cause: <strong>${safe(scenario.cause)}</strong>.`}
  Drawn from what was measured: programs outside, the two ends of the kernel as lines, time downwards and not to scale.
  What is owed and did not come is dashed; a red line is an end in CLOSE-WAIT.</p>
${drawn.map((connection) => section(trace, connection, alike(connection), all)).join('\n')}
${drawn.length === 0 ? '<p>No connection was seen.</p>' : ''}
${leftOut > 0 ? `<p>${formatCountOf(leftOut, 'more kind')} of connection not drawn; --all draws every connection.</p>` : ''}
<h2>How it was measured</h2>
${describeSight(trace)
  .map((sentence) => `<p class="faint">${htmlText(sentence)}</p>`)
  .join('\n')}
<p class="faint">Taken at ${safe(trace.takenAt)}; 0 ms is the first event.</p>`;
  return htmlPage({ title: `${scenario.name}: what was measured`, body, style: PICTURE_STYLE + STYLE });
}

const STYLE = `
details { margin: .6rem 0 0; } summary { cursor: pointer; color: var(--accent); }
table { border-collapse: collapse; margin: .6rem 0; font-size: .9rem; } caption { text-align: left; color: var(--faint); }
th, td { text-align: left; padding: .15rem .9rem .15rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child, th:first-child { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure { overflow-x: auto; } .figure svg { min-width: 760px; }
`;

function safe(text: string): string {
  return htmlText(safeText(text));
}

function section(trace: TraceDocument, connection: TraceConnection, alike: number, all: boolean): string {
  const { number, client, server } = connection;
  const picture = pictureOf(trace, connection, all);
  const title = `Connection ${number} of ${trace.connections.length}`;
  const ends = `${client.address}:${client.port} to ${server.address}:${server.port}`;
  const names = [nameLane(trace, connection, 'client'), nameLane(trace, connection, 'server')] as const;
  const description = `Sequence between ${names.join(' and ')}; the table after it has the same rows.`;
  const rows = picture.rows.map(
    (row) =>
      `<tr>${cells(row, names)
        .map((cell) => `<td>${safe(cell)}</td>`)
        .join('')}</tr>`,
  );
  return `<section>
<h2>${title}${alike > 0 ? `, ${formatCount(alike)} more alike` : ''} <span class="faint mono">${safe(ends)}</span></h2>
<div class="figure">${drawPictureSvg(picture, `${title}: ${ends}`, description)}</div>
<details><summary>The same as a table</summary>
<table><caption>${safe(title)}</caption>
<thead><tr><th scope="col">ms</th><th scope="col">who</th><th scope="col">what</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></details>
</section>`;
}

function cells(row: PictureRow, [left, right]: readonly [string, string]): readonly [string, string, string] {
  const time = row.atMs === null ? '' : row.atMs.toFixed(3);
  if (row.kind === 'gap') return [time, '', `… ${row.text} …`];
  if (row.kind === 'arrow') {
    const [from, to] = row.from === 'left' ? ['client', 'server'] : ['server', 'client'];
    return [time, `${from} to ${to}`, row.text];
  }
  if (row.kind === 'state') return [time, row.side === 'left' ? 'client' : 'server', `is in ${row.text}`];
  return [time, row.side === 'left' ? left : right, row.text];
}
