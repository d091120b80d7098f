import { SYN_FIN_SCHEMA_ID, type SynFinReport } from './syn-fin-document.ts';
import { judgeSynFin } from './syn-fin-verdict.ts';

/** Trials and the verdict on them as a document. */
export function buildSynFinReport(run: Omit<SynFinReport, 'schema' | 'verdict'>): SynFinReport {
  const { takenAt, kernel, windowMs, tookMs, trials } = run;
  return { schema: SYN_FIN_SCHEMA_ID, takenAt, kernel, windowMs, tookMs, verdict: judgeSynFin(kernel, trials), trials };
}
