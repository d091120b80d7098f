import { formatTrace } from '@closewait/core/experiment';
import { traceSchema } from '@closewait/core/experiment/schema';

/** What a terminal of 80 columns shows of a trace. */
export function writeSequence(document: unknown): string {
  const text = formatTrace(traceSchema.parse(document), { colour: false, width: 80, all: false });
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
