/** The programs that scenarios run as processes of their own: each is an entry of its own for a bundler. */
export const LAB_PROGRAMS = [
  'flawed-server',
  'flawed-client',
  'peers',
  'blocking-server',
  'loop-server',
  'epoll-server',
  'limit-server',
  'hiding-server',
  'tracer',
  'freezer',
  'stream-server',
] as const;

/** Programs in Python, for what needs threads or its runtime; they are copied beside the bundle. */
const PYTHON_PROGRAMS = [
  'thread-server',
  'fork-server',
  'asyncio-server',
  'handler-server',
  'select-server',
  'one-thread-server',
  'http-server',
  'http-client',
  'silent-upstream',
  'relay-pair',
  'slow-reader',
  'remedy-owner',
  'remedy-peers',
] as const;

/** A program of the laboratory. */
export type LabProgram = (typeof LAB_PROGRAMS)[number] | (typeof PYTHON_PROGRAMS)[number];

/** Whether it runs on Python 3 instead of Node. */
export function isPythonProgram(program: LabProgram): boolean {
  return PYTHON_PROGRAMS.some((name) => name === program);
}

/**
 * Where a program lies: `programs/NAME.ts` beside this file when run from source, `programs/NAME.js` beside the bundle
 * that this file became a part of. The only place that resolves them.
 */
export function programUrl(program: LabProgram): URL {
  const nodeExtension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./programs/${program}.${isPythonProgram(program) ? 'py' : nodeExtension}`, import.meta.url);
}
