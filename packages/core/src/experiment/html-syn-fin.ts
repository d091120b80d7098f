import { htmlPage, htmlText } from '../draw/index.ts';
import type { SynFinReport, SynFinVerdict } from './syn-fin-document.ts';
import { listSynFinRows, type SynFinRow } from './syn-fin-rows.ts';
import { listSettings, SETTINGS_LEGEND, TARGET_WORDS } from './syn-fin-words.ts';

const STYLE = `
.verdict { border-left: 4px solid; border-radius: 4px; padding: .8rem 1rem; max-width: 52rem; font-size: 1.08rem; }
.no { border-color: var(--good); background: var(--good-paper); }
.yes { border-color: var(--alarm); background: var(--alarm-paper); }
.undecided { border-color: var(--warn); background: var(--warn-paper); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: 46rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; font-size: .85rem; }
tr.then td { border-top: 0; } tr.then td:first-child { padding-left: 1.4rem; color: var(--faint); }
tr:has(+ tr.then) td { border-bottom-color: transparent; }
.state { display: inline-block; padding: 0 .45rem; border-radius: 3px; background: var(--panel); font-size: .88rem; }
.state.alarm { background: var(--alarm-paper); color: var(--alarm); } .trouble { color: var(--warn); }
li { max-width: 52rem; margin: .3rem 0; } .holds::marker { content: "✓  "; color: var(--good); }
.fails { color: var(--alarm); } .fails::marker { content: "✗  "; }
`;

const CLASS_OF = { no: 'no', yes: 'yes', undecided: 'undecided' } as const satisfies Record<
  SynFinVerdict['makesCloseWait'],
  string
>;

/** The experiment as one page that needs nothing else. */
export function htmlSynFin(report: SynFinReport): string {
  const { kernel, takenAt, windowMs, trials, verdict } = report;
  const [first = '', ...others] = verdict.says;
  const body = [
    '<h1>Does a segment with SYN and FIN make CLOSE-WAIT?</h1>',
    `<p class="faint">${htmlText(kernel)}, ${htmlText(takenAt.slice(0, 16).replace('T', ' '))} UTC. ${trials.length} trials, ` +
      `each in a network namespace of its own; every segment watched for ${windowMs} ms.</p>`,
    `<p class="verdict ${CLASS_OF[verdict.makesCloseWait]}">${htmlText(first)}</p>`,
    `<ul>${others.map((sentence) => `<li>${htmlText(sentence)}</li>`).join('')}</ul>`,
    '<h2>Controls, without which nothing would follow</h2>',
    `<ul>${verdict.controls.map(({ says, holds }) => `<li class="${holds ? 'holds' : 'fails'}">${htmlText(says)}</li>`).join('')}</ul>`,
    ...[...listSynFinRows(trials)].map(
      ([target, rows]) => `<h2>To ${htmlText(TARGET_WORDS[target])}</h2>\n${writeTable(rows)}`,
    ),
    `<p class="faint">${htmlText(SETTINGS_LEGEND)}</p>`,
  ];
  return htmlPage({ title: `SYN+FIN on ${kernel}`, body: body.join('\n'), style: STYLE });
}

function writeTable(rows: readonly SynFinRow[]): string {
  const head = ['sent', 'settings', 'answer', 'sockets afterwards', 'counters that moved'];
  return `<div class="wide"><table><thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead>
<tbody>${rows.map(writeRow).join('\n')}</tbody></table></div>`;
}

function writeRow({ sent, isFirst, settings, answer, sockets, counters, trouble }: SynFinRow): string {
  const start = `<tr${isFirst ? '' : ' class="then"'}><td>${htmlText(sent)}</td><td class="mono">${
    isFirst ? listSettings(settings) : ''
  }</td>`;
  if (answer === null) return `${start}<td class="trouble" colspan="3">${htmlText(trouble)}</td></tr>`;
  const state = `<span class="state${sockets === 'CLOSE-WAIT' ? ' alarm' : ''}">${htmlText(sockets)}</span>`;
  const names = counters.map((name) => (name.includes(' ') ? htmlText(name) : `<code>${htmlText(name)}</code>`));
  return `${start}<td>${htmlText(answer)}</td><td>${sockets === 'none' ? 'none' : state}</td><td>${names.join(', ')}</td></tr>`;
}
