import { hostname, release } from 'node:os';
import { drawRemediesPage, formatRemedies } from '@closewait/core/experiment';
import { safeJson } from '@closewait/core/report';
import { runRemedies } from '../../lab/index.ts';
import type { Invocation } from '../command.ts';
import { orInUserNamespace } from '../in-user-namespace.ts';
import { showProgress } from '../progress.ts';
import { readSockets } from '../read-sockets.ts';
import { readRemediesChoice } from '../remedies-options.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { checkWritable, writePage } from '../write-page.ts';

interface RemediesOptions {
  readonly only?: string;
  readonly remedy?: string;
  readonly peer?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** `closewait lab remedies`: every remedy on every cause, with real sockets, and what is free afterwards. */
export async function run({ options, terminal }: Invocation): Promise<number> {
  const { html, json = false, ...words } = options as RemediesOptions;
  const { causes, remedies, peer } = readRemediesChoice(words);
  const inside = await orInUserNamespace();
  if (inside !== null) return inside;
  // Before the work, not after it.
  if (html !== undefined) checkWritable(html);
  const takenAt = new Date().toISOString();
  const measured = await untilInterrupted(async (signal) => {
    let progress: ReturnType<typeof showProgress> | undefined;
    try {
      return await runRemedies({
        causes,
        remedies,
        signal,
        readSockets,
        onProgress: (done, total) => {
          progress ??= showProgress(terminal, total);
          progress.show(Math.floor(done), 'cells, many at the same time');
        },
      });
    } finally {
      progress?.[Symbol.dispose]();
    }
  });
  const document = { ...measured, takenAt, host: { name: hostname(), kernel: `Linux ${release()}` } };
  if (html !== undefined) writePage(html, drawRemediesPage(document));
  terminal.out(
    json
      ? `${safeJson(document, 2)}\n`
      : formatRemedies(document, {
          colour: terminal.colour,
          width: terminal.width,
          ...(peer === undefined ? {} : { peer }),
          detailed: words.only !== undefined,
        }),
  );
  return 0;
}
