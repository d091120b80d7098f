import type { KernelSource } from '@closewait/core/facts';
import { hasNoReader } from '../../ffi/index.ts';
import type { Invocation } from '../command.ts';
import { openLiveSource } from '../open-source.ts';
import type { Terminal } from '../terminal.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import type { CloseWatch } from '../watch/close-watch.ts';
import { HistogramPrinter } from '../watch/histogram-printer.ts';
import { JsonPrinter } from '../watch/json-printer.ts';
import { openLineSink } from '../watch/line-sink.ts';
import { PollingWatch } from '../watch/polling-watch.ts';
import type { Printer, PrinterSetting } from '../watch/printer.ts';
import { runWatch } from '../watch/run-watch.ts';
import { parseCloseSelection } from '../watch/select-closes.ts';
import { TextPrinter } from '../watch/text-printer.ts';
import { TraceWatch } from '../watch/trace-watch.ts';
import { type TallyBy, WatchTally } from '../watch/watch-tally.ts';

interface WatchOptions {
  readonly json?: boolean;
  readonly histogram?: boolean;
  readonly by: TallyBy;
  readonly slowerThan?: number;
  readonly for?: number;
  readonly allNamespaces: boolean;
}

/** Without --slower-than no close is left out, and what stays longer than this is told while it does. */
const SLOW_MS = 1000;

/** `closewait watch`: each passive close as it happens. 1: a connection stayed longer than --slower-than, or still does. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const asked = options as unknown as WatchOptions;
  const slowerThanMs = asked.slowerThan ?? SLOW_MS;
  const by = asked.histogram === true ? asked.by : null;
  const selects = await parseCloseSelection(operands);
  const source = openLiveSource();
  try {
    return await untilInterrupted(async (interrupted) => {
      using watch = await openWatch(source, asked.allNamespaces);
      const quit = new AbortController();
      const tally = new WatchTally(by, slowerThanMs, (port) => watch.isListening(port));
      const setting = { watch, tally, slowerThanMs, slowOnly: asked.slowerThan !== undefined };
      using printer = openPrinter(setting, asked, terminal, () => quit.abort());
      using _reader = whenUnread(() => quit.abort());
      const ends = [interrupted, quit.signal, ...(asked.for === undefined ? [] : [AbortSignal.timeout(asked.for)])];
      const slow = await runWatch({ watch, tally, printer, selects, slowerThanMs }, AbortSignal.any(ends));
      return slow > 0 ? 1 : 0;
    });
  } finally {
    source.close();
  }
}

/** How soon a watch ends that nobody reads any more, where nothing happens that would be printed. */
const READER_CHECK_MS = 500;
const STANDARD_OUTPUT = 1;

function whenUnread(end: () => void): Disposable {
  const timer = setInterval(() => {
    if (hasNoReader(STANDARD_OUTPUT)) end();
  }, READER_CHECK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function openWatch(source: KernelSource, allNamespaces: boolean): Promise<CloseWatch> {
  const trace = await TraceWatch.open(source, allNamespaces);
  if (trace.known) return trace.value;
  const hint = trace.hint === undefined ? '' : `; ${trace.hint}`;
  return PollingWatch.open(source, allNamespaces, `${trace.detail}${hint}`);
}

function openPrinter(
  setting: PrinterSetting,
  { json = false, histogram = false, by }: WatchOptions,
  terminal: Terminal,
  quit: () => void,
): Printer {
  const sink = openLineSink(terminal);
  if (json) return new JsonPrinter(setting, sink);
  if (!histogram) return new TextPrinter(setting, terminal, sink, null);
  if (terminal.interactive) return new HistogramPrinter(setting, terminal, sink, by, quit);
  // A file gets the table alone, and what is slow.
  return new TextPrinter({ ...setting, slowOnly: true }, terminal, sink, by);
}
