export { buildModelReport, type ModelCounts, type ModelRunFacts } from './build-model.ts';
export { buildSynFinReport } from './build-syn-fin.ts';
export { drawRemediesPage } from './html-remedies.ts';
export { htmlSynFin } from './html-syn-fin.ts';
export {
  MODEL_SCHEMA_ID,
  type ModelDisagreement,
  type ModelReport,
  type ModelRule,
  type ModelSight,
  type ModelStep,
  type ModelTransition,
} from './model-document.ts';
export {
  type CellCall,
  type CellSegment,
  type CellTransition,
  type MeasuredCell,
  REMEDIES_SCHEMA_ID,
  type RemediesDocument,
  type RemedyCell,
  type RemedyColumn,
  type RemedyPeer,
  type UnmeasuredCell,
} from './remedies-document.ts';
export { findInRemedies, type RemedyFinding } from './remedies-findings.ts';
export { type CellVerdict, judgeAnyCell, judgeCell, judgeCells, VERDICTS } from './remedies-verdict.ts';
export { PEERS, type PeerId, REMEDIES, type RemedyCause, type RemedyId } from './remedies-vocabulary.ts';
export {
  SYN_FIN_FATES,
  SYN_FIN_PROBES,
  SYN_FIN_SCHEMA_ID,
  SYN_FIN_SETTINGS,
  SYN_FIN_SIGHTS,
  SYN_FIN_TARGETS,
  type SynFinAnswer,
  type SynFinControl,
  type SynFinFate,
  type SynFinFateOf,
  type SynFinProbe,
  type SynFinReport,
  type SynFinSettings,
  type SynFinSight,
  type SynFinSocket,
  type SynFinStep,
  type SynFinTarget,
  type SynFinTrial,
  type SynFinVerdict,
} from './syn-fin-document.ts';
export { listSynFinRows, type SynFinRow } from './syn-fin-rows.ts';
export { judgeSynFin } from './syn-fin-verdict.ts';
export { listSettings, TARGET_WORDS } from './syn-fin-words.ts';
export { formatModel, type ModelTextOptions } from './text-model.ts';
export { formatRemedies, formatRemediesGrid, type RemediesTextOptions } from './text-remedies.ts';
export { formatSynFin, type SynFinTextOptions } from './text-syn-fin.ts';
export { buildTrace } from './trace/build-trace.ts';
export { formatTrace, type TraceTextOptions } from './trace/format-trace.ts';
export {
  TRACE_ENDS,
  TRACE_SCHEMA_ID,
  type TraceCall,
  type TraceConnection,
  type TraceDocument,
  type TraceEnd,
  type TraceEvent,
  type TraceLane,
  type TraceMissing,
  type TracePrecision,
  type TraceScenario,
  type TraceSegment,
  type TraceSide,
  type TraceState,
  type TraceThread,
  type TraceUnseen,
} from './trace/trace-document.ts';
export { traceHtml } from './trace/trace-html.ts';
