export { type LiveOptions, LiveSource } from './live/live-source.ts';
export { type LookOptions, look } from './look.ts';
export { Recorder, type RecorderOptions } from './recording/recorder.ts';
export { Replayer } from './recording/replayer.ts';
