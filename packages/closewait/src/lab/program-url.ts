/** The programs that scenarios run as processes of their own: each is an entry of its own for a bundler. */
export const LAB_PROGRAMS = ['flawed-server', 'flawed-client'] as const;

/** A program of the laboratory. */
export type LabProgram = (typeof LAB_PROGRAMS)[number];

/**
 * Where a program lies: `programs/NAME.ts` beside this file when run from source, `programs/NAME.js` beside the bundle
 * that this file became a part of. The only place that resolves them.
 */
export function programUrl(program: LabProgram): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./programs/${program}.${extension}`, import.meta.url);
}
