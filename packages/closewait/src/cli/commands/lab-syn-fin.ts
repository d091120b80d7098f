import { release } from 'node:os';
import { buildSynFinReport, formatSynFin, htmlSynFin } from '@closewait/core/experiment';
import { EXIT_CODE_OF } from '@closewait/core/facts';
import { safeJson } from '@closewait/core/report';
import { runSynFin, WINDOW_MS } from '../../lab/index.ts';
import type { Invocation } from '../command.ts';
import { orInUserNamespace } from '../in-user-namespace.ts';
import { showProgress } from '../progress.ts';
import { readLabSockets } from '../read-lab-sockets.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { checkWritable, writePage } from '../write-page.ts';

interface SynFinOptions {
  readonly json?: boolean;
  readonly html?: string;
}

/** `closewait lab syn-fin`: what this kernel does with a segment that has SYN and FIN. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const inside = await orInUserNamespace();
  if (inside !== null) return inside;
  const { json = false, html } = options as SynFinOptions;
  if (html !== undefined) checkWritable(html);
  const takenAt = new Date().toISOString();
  const startedMs = performance.now();
  const trials = await untilInterrupted(async (signal) => {
    let progress: ReturnType<typeof showProgress> | undefined;
    try {
      return await runSynFin({
        signal,
        readSockets: readLabSockets,
        onTrial: (done, total, { probe, target }) => {
          progress ??= showProgress(terminal, total);
          progress.show(done, `${probe} to ${target}`);
        },
      });
    } finally {
      progress?.[Symbol.dispose]();
    }
  });
  const tookMs = Math.round(performance.now() - startedMs);
  const report = buildSynFinReport({ takenAt, kernel: `Linux ${release()}`, windowMs: WINDOW_MS, tookMs, trials });
  if (html !== undefined) writePage(html, htmlSynFin(report));
  terminal.out(json ? `${safeJson(report, 2)}\n` : formatSynFin(report, terminal));
  return report.verdict.makesCloseWait === 'undecided' ? COULD_NOT_LOOK : 0;
}

/** As where the kernel does not let a command look: there is no answer. */
const COULD_NOT_LOOK = EXIT_CODE_OF['cannot-look'];
