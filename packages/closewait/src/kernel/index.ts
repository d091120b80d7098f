export { type CountOptions, countStates } from './count-states.ts';
export { type LiveOptions, LiveSource } from './live/live-source.ts';
export { type LookOptions, look } from './look.ts';
export { type ObserveOptions, observe } from './observe.ts';
export { readSettings } from './readers/read-settings.ts';
export { openRecording, startRecording } from './recording/open.ts';
export { NamespaceObserver } from './trace/namespace-observer.ts';
export { type TraceEventRequest, type TraceHarvest, type TraceRequest, TraceSession } from './trace/trace-session.ts';
