/** A wall time to read at a glance, in two or three digits: `8 ms`, `1.33 s`, `12 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  const seconds = ms / 1000;
  return `${Number(seconds.toFixed(seconds < 10 ? 2 : 0))} s`;
}
