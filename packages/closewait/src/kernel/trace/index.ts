export { NamespaceObserver } from './namespace-observer.ts';
export { type TraceEventRequest, type TraceHarvest, type TraceRequest, TraceSession } from './trace-session.ts';
export { openTracefs, type Tracefs } from './tracefs.ts';
