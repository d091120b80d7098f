import {
  buildStates,
  drawStatesSvg,
  formatExplainedState,
  formatStates,
  STATE_KNOWLEDGE,
  type StatesDocument,
} from '@closewait/core/draw';
import { ClosewaitError, type KernelSource } from '@closewait/core/facts';
import { safeJson, safeText } from '@closewait/core/report';
import type { TcpState } from '@closewait/core/tcp';
import { countStates } from '../../kernel/count-states.ts';
import type { Invocation } from '../command.ts';
import { openSource } from '../open-source.ts';
import { parseState } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';
import { watchStates } from '../watch-states.ts';
import { writePage } from '../write-page.ts';

interface StatesOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
  readonly svg?: string;
  readonly from?: string;
  readonly allNamespaces: boolean;
}

/** `closewait states`: the state diagram of RFC 9293 with this host's counts, or one state explained. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const { json = false, watch = false, interval, svg, from, allNamespaces } = options as unknown as StatesOptions;
  const state = readOperands(operands);
  expectTogether({ state, json, watch, svg, from });
  const source = await openSource(from);
  try {
    const look = (): Promise<StatesDocument> => lookAtStates(source, state, allNamespaces);
    if (watch) await watchStates({ look, intervalMs: interval, json, terminal });
    else if (svg !== undefined) writeSvg(await look(), svg, terminal);
    else print(await look(), json, terminal);
    return 0;
  } finally {
    source.close();
  }
}

async function lookAtStates(
  source: KernelSource,
  state: TcpState | null,
  allNamespaces: boolean,
): Promise<StatesDocument> {
  const settings = state === null ? [] : STATE_KNOWLEDGE[state].settings.map(({ name }) => name);
  return buildStates(await countStates(source, { allNamespaces, state, settings }));
}

function readOperands([name, more]: readonly string[]): TcpState | null {
  if (more !== undefined) {
    throw new ClosewaitError('usage', `one state at a time, and not ${name} and ${more}`, { hint: 'closewait states' });
  }
  return name === undefined ? null : parseState(name);
}

interface Asked {
  readonly state: TcpState | null;
  readonly json: boolean;
  readonly watch: boolean;
  readonly svg: string | undefined;
  readonly from: string | undefined;
}

/** @throws ClosewaitError `usage` for options that exclude each other. */
function expectTogether({ state, json, watch, svg, from }: Asked): void {
  const refuse = (message: string, hint: string): never => {
    throw new ClosewaitError('usage', message, { hint });
  };
  if (state !== null && watch) refuse('--watch shows all states, not one', 'closewait states --watch');
  if (state !== null && svg !== undefined) refuse('--svg draws all states, not one', 'closewait states --svg FILE');
  if (watch && from !== undefined)
    refuse('a recording does not change: --watch needs this host', 'closewait states --from FILE');
  if (svg !== undefined && (watch || json))
    refuse('--svg goes neither with --watch nor with --json', 'closewait states --svg FILE');
}

function print(document: StatesDocument, json: boolean, terminal: Terminal): void {
  const { colour, unicode, width, height } = terminal;
  const { explained } = document;
  if (json) {
    terminal.out(`${safeJson(document)}\n`);
  } else if (explained === null) {
    const lines = formatStates(document, { colour, unicode, width, height: rowsFor(height), before: null, aside: '' });
    terminal.out(`${lines.join('\n')}\n`);
  } else {
    const lines = formatExplainedState({ ...document, explained }, { colour, width });
    terminal.out(`${lines.join('\n')}\n`);
  }
}

/** The picture and its first line. */
const LEAST_ROWS = 23;

/** What a terminal shows at once, less the line of the prompt; the picture is whole on every one, it can be scrolled. */
function rowsFor(height: number | null): number | null {
  return height === null ? null : Math.max(LEAST_ROWS, height - 1);
}

function writeSvg(document: StatesDocument, path: string, terminal: Terminal): void {
  const picture = drawStatesSvg(document);
  if (path === '-') terminal.out(picture);
  else writePage(path, picture);
  for (const { what, detail } of document.unseen) {
    terminal.err(`closewait: not seen: ${safeText(what)} (${safeText(detail)})\n`);
  }
}
