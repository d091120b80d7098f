import { formatTrace, type TraceDocument, traceHtml } from '@closewait/core/experiment';
import { ClosewaitError } from '@closewait/core/facts';
import { createStyle, safeJson, safeText } from '@closewait/core/report';
import { type CauseScenario, FLAWED_SERVER } from '../../lab/index.ts';
import { orInUserNamespace } from '../in-user-namespace.ts';
import { type FlawedServerChoice, type ShownRun, traceFlawedServer, traceScenario } from '../show-run.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { checkWritable, writePage } from '../write-page.ts';

/** How a run is shown. */
export interface ShowOptions {
  readonly show?: boolean;
  readonly html?: string;
  readonly json?: boolean;
  readonly all?: boolean;
}

/** What is shown: a scenario of a cause, or the flawed server with its options. */
export type Shown = { readonly scenario: CauseScenario } | { readonly flawedServer: FlawedServerChoice };

/** @throws ClosewaitError `usage` for options that make no sense together. */
export function checkShowOptions({ show = false, ...others }: ShowOptions): void {
  const [option] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (!show && option !== undefined) {
    throw new ClosewaitError('usage', `--${option} shows a run: it needs --show`, {
      hint: `closewait lab NAME --show --${option}`,
    });
  }
  if (others.html !== undefined && others.json === true) {
    throw new ClosewaitError('usage', '--html and --json: one of them', { hint: 'run it once for each' });
  }
}

/** `closewait lab NAME --show`: a run as a sequence, drawn from what was measured. */
export async function showScenario(shown: Shown, options: ShowOptions, terminal: Terminal): Promise<number> {
  if (options.html !== undefined) checkWritable(options.html);
  const inside = await orInUserNamespace();
  if (inside !== null) return inside;
  return untilInterrupted(async (signal) => {
    const { faint } = createStyle(terminal.colour);
    const isText = options.json !== true;
    const run: ShownRun = {
      signal,
      onLine: ({ from, text }) => {
        if (isText) terminal.out(`${faint(from)}  ${text}\n`);
      },
    };
    const trace =
      'scenario' in shown
        ? await traceScenario(shown.scenario, run)
        : await traceFlawedServer(FLAWED_SERVER, shown.flawedServer, run);
    write(trace, options, terminal);
    return 0;
  });
}

function write(trace: TraceDocument, { html, json = false, all = false }: ShowOptions, terminal: Terminal): void {
  if (json) {
    terminal.out(`${safeJson(trace, 2)}\n`);
    return;
  }
  if (html === undefined)
    terminal.out(`\n${formatTrace(trace, { colour: terminal.colour, width: terminal.width, all })}`);
  else {
    writePage(html, traceHtml(trace, all));
    terminal.out(`\nWritten: ${safeText(html)}\n`);
  }
  terminal.out(`\n${nextStep(trace, terminal)}\n`);
}

function nextStep({ scenario: { cause, name } }: TraceDocument, { colour }: Terminal): string {
  const { strong, command } = createStyle(colour);
  if (cause === null)
    return `${strong('Nothing is stuck.')} Without --fixed it is: ${command('closewait lab flawed-server --show')}`;
  return (
    `Cause: ${strong(cause)}. What closewait says of it: ${command(`closewait lab ${name}`)}\n` +
    `Where it happens for real: ${command(`closewait explain cause:${cause}`)}`
  );
}
