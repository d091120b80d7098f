import { htmlPage, htmlText } from '../draw/index.ts';
import { HTML_REMEDIES_STYLE } from './html-remedies-style.ts';
import type { RemediesDocument, RemedyCell, RemedyPeer } from './remedies-document.ts';
import { findInRemedies } from './remedies-findings.ts';
import { judgeAnyCell, VERDICTS } from './remedies-verdict.ts';
import type { RemedyCause } from './remedies-vocabulary.ts';
import {
  describeCalls,
  describeConnection,
  describeDescriptor,
  describeTransitions,
  describeWire,
  describeWorker,
} from './remedies-words.ts';

/** The matrix as one page without scripts: a peer is chosen by a radio button, and every cell opens. */
export function drawRemediesPage(document: RemediesDocument): string {
  const { host, cells, tookMs, takenAt, watchedMs, peers } = document;
  const measured = cells.filter(({ outcome }) => outcome === 'measured').length;
  const body = `
<header>
<h1>What each remedy gives back</h1>
<p class="faint">${htmlText(host.kernel)} · ${htmlText(takenAt.slice(0, 10))} · ${measured} cells measured in ${Math.round(tookMs / 1000)} s
with real processes and sockets, in network namespaces of their own · each watched for ${watchedMs / 1000} s</p>
<p>A connection is stuck in CLOSE-WAIT for one of these causes (rows). Somebody applies a remedy (columns). What is free afterwards?</p>
</header>
<h2>The matrix</h2>
${drawLegend()}
<p>Remedies in blue are done from outside, the others are changes of the program. Every sign leads to its cell.</p>
<div class="peers">
${peers.map(drawChoice).join('\n')}
${peers.map((peer) => drawMatrix(document, peer)).join('\n')}
</div>
${drawFindings(document)}
<h2>Every cell</h2>
<p>For each cause all remedies and peers, with what both ends saw. Times count from the remedy: from when it was done from outside,
or from the FIN for what the program does itself. What acts by the clock of the program (sweep, heartbeat) began when every peer was as its
cell says.</p>
${document.causes.map((cause) => drawCause(document, cause)).join('\n')}
<h2>What was done</h2>
${drawWhatWasDone(document)}`;
  return htmlPage({ title: 'What each remedy gives back', body, style: HTML_REMEDIES_STYLE });
}

function drawFindings(document: RemediesDocument): string {
  const items = findInRemedies(document).map(
    ({ holds, says, against }) =>
      `<li${holds ? '' : ' class="not-here"'}>${htmlText(says)}${
        holds
          ? ''
          : ` <strong>Not so here:</strong> ${htmlText(against.map(({ cause, remedy, peer }) => `${cause} / ${remedy} / ${peer}`).join(', '))}.`
      }</li>`,
  );
  return items.length === 0 ? '' : `<h2>What the cells say</h2>\n<ul class="findings">${items.join('\n')}</ul>`;
}

function drawLegend(): string {
  const entries = Object.entries(VERDICTS).map(
    ([id, { sign, word, says }]) =>
      `<div><dt class="v-${id}"><b>${sign}</b> ${word}</dt><dd>${htmlText(says)}</dd></div>`,
  );
  return `<dl class="legend">${entries.join('')}<div><dt class="v-none">–</dt><dd>makes no sense</dd></div></dl>`;
}

function drawChoice({ id, letter, title }: RemedyPeer, index: number): string {
  return (
    `<input type="radio" name="peer" id="peer-${id}"${index === 0 ? ' checked' : ''}>` +
    `<label for="peer-${id}"><b>${letter}</b> ${htmlText(title)}</label>`
  );
}

function drawMatrix(document: RemediesDocument, peer: RemedyPeer): string {
  const { causes, remedies } = document;
  const head = remedies
    .map(
      ({ title, where, says }) =>
        `<th scope="col" class="${where}" title="${htmlText(says)}"><span>${htmlText(title)}</span></th>`,
    )
    .join('');
  const rows = causes.map((cause) => {
    const cells = remedies.map(({ id }) => {
      const cell = document.cells.find((one) => one.cause === cause && one.remedy === id && one.peer === peer.id);
      return cell === undefined ? '<td></td>' : drawSign(cell);
    });
    return `<tr><th scope="row"><a href="#${cause}">${cause}</a></th>${cells.join('')}</tr>`;
  });
  return `<section class="matrix" data-peer="${peer.id}">
<h3>Peer ${peer.letter}: ${htmlText(peer.title)}</h3>
<p>${htmlText(peer.says)}</p>
<div class="scroll"><table><thead><tr><th></th>${head}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>
</section>`;
}

function drawSign(cell: RemedyCell): string {
  const verdict = judgeAnyCell(cell);
  if (cell.outcome !== 'measured' || verdict === 'n/a' || verdict === '?') {
    return `<td class="v-none" title="${htmlText(cell.outcome === 'measured' ? '' : cell.why)}">${verdict === '?' ? '?' : '–'}</td>`;
  }
  const { sign, word } = VERDICTS[verdict];
  const says = [describeConnection(cell), describeDescriptor(cell), describeWorker(cell)].join('; ');
  return `<td class="v-${verdict}" title="${htmlText(`${word}: ${says}`)}"><a href="#${idOf(cell)}">${sign}<span class="word">${word}</span></a></td>`;
}

/** Inside of what folds: a browser that goes there unfolds it. */
function idOf({ cause, remedy, peer }: RemedyCell): string {
  return `${cause}--${remedy}--${peer}`;
}

function drawCause(document: RemediesDocument, cause: RemedyCause): string {
  const groups = document.remedies.flatMap(({ id, title, where }) => {
    const cells = document.peers.flatMap((peer) =>
      document.cells.filter((cell) => cell.cause === cause && cell.remedy === id && cell.peer === peer.id),
    );
    if (cells.every(({ outcome }) => outcome === 'not-applicable')) return [];
    const signs = cells.map((cell) => drawMark(document, cell)).join('');
    const name = `<span class="name">${htmlText(title)}</span><span class="faint where">${where === 'control' ? '' : where}</span>`;
    return [
      `<details><summary>${name}<span class="marks">${signs}</span></summary>${cells
        .map((cell) => drawCell(document, cell))
        .join('')}</details>`,
    ];
  });
  return `<section class="cause" id="${cause}"><h3>${cause}</h3>${groups.join('\n')}</section>`;
}

function letterOf(document: RemediesDocument, cell: RemedyCell): string {
  return document.peers.find(({ id }) => id === cell.peer)?.letter ?? '?';
}

function drawMark(document: RemediesDocument, cell: RemedyCell): string {
  const verdict = judgeAnyCell(cell);
  const letter = letterOf(document, cell);
  if (verdict === 'n/a' || verdict === '?')
    return `<span class="mark v-none">${letter} ${verdict === '?' ? '?' : '–'}</span>`;
  const { sign, word } = VERDICTS[verdict];
  return `<span class="mark v-${verdict}" title="${htmlText(word)}">${letter} ${sign}</span>`;
}

function drawCell(document: RemediesDocument, cell: RemedyCell): string {
  const peer = document.peers.find(({ id }) => id === cell.peer);
  const title = `<h4>${letterOf(document, cell)} ${htmlText(peer?.title ?? cell.peer)}</h4>`;
  if (cell.outcome !== 'measured') return `<div class="cell">${title}<p class="faint">${htmlText(cell.why)}</p></div>`;
  const { answer, transitions, ownerSees, ownerWouldSee, peerSees } = cell;
  const rows: readonly (readonly [string, string])[] = [
    ['result', [describeConnection(cell), describeDescriptor(cell), describeWorker(cell)].join('; ')],
    ...(answer === null || answer === 'ok' ? [] : [['answered', answer] as const]),
    ['this end', describeTransitions(transitions, 'own')],
    ['other end', describeTransitions(transitions, 'peer')],
    ['program sees', describeCalls(ownerSees)],
    ...(ownerWouldSee.length === 0 ? [] : [['its next calls', describeCalls(ownerWouldSee)] as const]),
    ['peer sees', describeCalls(peerSees)],
    ['on the wire', describeWire(cell)],
  ];
  return `<div class="cell" id="${idOf(cell)}">${title}<dl>${rows.map(([name, text]) => `<dt>${name}</dt><dd>${htmlText(text)}</dd>`).join('')}</dl></div>`;
}

function drawWhatWasDone({ remedies, peers, sysctls }: RemediesDocument): string {
  const settings = Object.entries(sysctls).map(([name, value]) => `net.ipv4.${name}=${value}`);
  return `<dl class="done">${[...remedies, ...peers]
    .map(({ title, says }) => `<dt>${htmlText(title)}</dt><dd>${htmlText(says)}</dd>`)
    .join('')}</dl>
<p class="faint">In the private namespaces alone: <code>${htmlText(settings.join(' '))}</code></p>`;
}
