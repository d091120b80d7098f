export { type CloseHarvest, type CloseSink, CloseStream, type ClosingCall } from './close-stream.ts';
export { NamespaceObserver } from './namespace-observer.ts';
export type { Task } from './task-table.ts';
export { type TraceEventRequest, type TraceHarvest, type TraceRequest, TraceSession } from './trace-session.ts';
export { openTracefs, type Tracefs } from './tracefs.ts';
