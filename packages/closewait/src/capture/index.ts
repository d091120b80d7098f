export { findProgram } from './find-program.ts';
export { type OpenCapture, openCapture } from './open-capture.ts';
export { type CaptureEnd, type CaptureReader, readCapture } from './read-capture.ts';
export { readStatistics } from './read-statistics.ts';
export { readToolVersion } from './tool-version.ts';
