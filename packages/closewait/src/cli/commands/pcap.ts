import { buildCapture, CaptureAnalysis, formatCapture } from '@closewait/core/capture';
import { ClosewaitError } from '@closewait/core/facts';
import { safeJson } from '@closewait/core/report';
import { openCapture, readCapture, readStatistics, readToolVersion } from '../../capture/index.ts';
import { parseCaptureSelection } from '../capture-selection.ts';
import type { Invocation } from '../command.ts';
import { showProgress } from '../progress.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { readVersion } from '../version.ts';

interface PcapOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly minAge: number;
}

/** Below this a progress bar would be gone before it was seen. */
const LARGE_BYTES = 2_000_000;

/** `closewait pcap FILE`: who never sent its FIN, as far as a capture can tell. */
export async function run({ operands, options, terminal }: Invocation): Promise<number> {
  const { json = false, all = false, minAge } = options as unknown as PcapOptions;
  const [file, ...selectors] = operands;
  if (file === undefined) {
    throw new ClosewaitError('usage', 'which capture?', { hint: 'closewait pcap FILE, or - for standard input' });
  }
  const selects = parseCaptureSelection(selectors);
  const path = process.env['PATH'] ?? '/usr/bin:/bin';
  using capture = openCapture(file);
  const analysis = new CaptureAnalysis({ keepsEnded: all, selects });
  const [tool, { damage }] = await Promise.all([
    readToolVersion(path),
    untilInterrupted(async (signal) => {
      const isLarge = capture.bytes !== null && capture.bytes >= LARGE_BYTES;
      using bar = showProgress(isLarge ? terminal : { ...terminal, watched: false }, capture.bytes ?? 0);
      return await readCapture(capture, {
        take: (packet) => analysis.add(packet),
        progress: (bytes) => bar.show(bytes, `bytes, ${analysis.packets} packets`),
        signal,
        path,
      });
    }),
  ]);
  expectSomethingRead(analysis, file);
  const findings = analysis.finish({ minAgeMs: minAge, ...readStatistics(capture, analysis.lastMs) });
  const document = buildCapture(findings, { file, tool, damage });
  const { colour, width } = terminal;
  terminal.out(
    json
      ? `${safeJson(document)}\n`
      : formatCapture(document, { version: readVersion(), colour, width, listsAll: all }),
  );
  return document.owing.length > 0 ? 1 : 0;
}

/** A capture of nothing but link layers that are not read tells nothing: no answer is not the answer that nothing is owed. */
function expectSomethingRead(analysis: CaptureAnalysis, file: string): void {
  const { packets, linksNotRead } = analysis;
  if (packets === 0 || linksNotRead.packets < packets) return;
  const what = linksNotRead.names.join(', ');
  throw new ClosewaitError(
    'usage',
    `${file === '-' ? 'standard input' : file} holds only packets of link layers that are not read here (${what})`,
    {
      hint: 'Ethernet, Linux cooked, raw IP and BSD loopback are: capture with `tcpdump -i any`',
    },
  );
}
