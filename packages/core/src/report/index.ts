export {
  buildConnection,
  buildConnectionProcess,
  buildConnectionRow,
  toJsonInteger,
} from './build-connection.ts';
export { buildExplanation } from './build-explanation.ts';
export { buildReader, buildReport, LISTED_PER_FINDING, type ReportOptions } from './build-report.ts';
export { type OwnedConnection, writeConnectionRows } from './connection-rows.ts';
export { type ConnectionTableOptions, formatConnectionTable } from './connection-table.ts';
export {
  type AgeIs,
  CONNECTION_SCHEMA_ID,
  type ConnectionProcess,
  type ConnectionRow,
  type JsonInteger,
  type PeerCount,
  type PortCount,
  REPORT_SCHEMA_ID,
  type Report,
  type ReportClosedSocket,
  type ReportConnection,
  type ReportEvidence,
  type ReportFinding,
  type ReportGrowth,
  type ReportListener,
  type ReportNamespace,
  type ReportOwner,
  type ReportProcess,
  type ReportReader,
  type ReportRemedy,
  type ReportUnseen,
} from './document.ts';
export {
  EXPLANATION_SCHEMA_ID,
  type ExplainedFinding,
  type ExplainedThread,
  type ExplainedThreads,
  type Explanation,
  type Sequence,
  type SequenceHolder,
  type SequenceLane,
  type SequencePeer,
  type SequenceStep,
} from './explain-document.ts';
export { glue, hang, padEnd, padStart, truncate, widthOf, wrap } from './layout.ts';
export { formatBytes, formatCount, formatCountOf, formatDuration, formatForecast } from './quantities.ts';
export { safeCommand, safeJson, safeText } from './safe-text.ts';
export { createStyle, type Paint, type Style } from './style.ts';
export { formatExplanation } from './text-explain.ts';
export { describeTitle, formatFinding, type TextContext } from './text-finding.ts';
export { formatUnseen } from './text-look.ts';
export { formatPage } from './text-page.ts';
export { formatReport, type TextReportOptions } from './text-report.ts';
export { isInUse } from './text-summary.ts';
export { usableWidth } from './usable-width.ts';
export { describeCommandLine, describeFrees, describeName, describePlace, joinWords } from './words.ts';
export { writeReport } from './write-report.ts';
