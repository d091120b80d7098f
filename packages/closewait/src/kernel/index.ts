export { type LiveOptions, LiveSource } from './live/live-source.ts';
export { type LookOptions, look } from './look.ts';
export { type ObserveOptions, observe } from './observe.ts';
export { openRecording, startRecording } from './recording/open.ts';
