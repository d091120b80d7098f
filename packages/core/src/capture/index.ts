export { buildCapture, type CaptureOrigin } from './build-capture.ts';
export {
  type AnalysisOptions,
  CaptureAnalysis,
  type CaptureCounts,
  type CaptureEnding,
  type CaptureFindings,
  type JudgedConnection,
} from './capture-analysis.ts';
export {
  CAPTURE_SCHEMA_ID,
  type CaptureDocument,
  type CapturedConnectionDocument,
  type CaptureEndDocument,
  type CaptureNote,
  type DoubtDocument,
  type OwedFinDocument,
  type OwingEndpointDocument,
} from './capture-document.ts';
export type { CapturedConnection } from './captured-connection.ts';
export type { CapturedPacket, UnreadContent } from './captured-packet.ts';
export type { CapturedSegment } from './captured-segment.ts';
export { formatCapture, type TextCaptureOptions } from './text-capture.ts';
