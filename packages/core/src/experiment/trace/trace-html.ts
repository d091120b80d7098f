import { htmlPage } from '../../draw/index.ts';
import type { TraceDocument } from './trace-document.ts';

/** A trace as one self-contained page. */
export function traceHtml(trace: TraceDocument, _all: boolean): string {
  return htmlPage({ title: trace.scenario.name, body: '' });
}
