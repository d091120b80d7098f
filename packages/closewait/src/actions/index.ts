export { type ShutdownOutcome, shutDown } from './shut-down.ts';
