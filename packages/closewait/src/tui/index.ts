export { runTop, type TopOptions } from './run-top.ts';
