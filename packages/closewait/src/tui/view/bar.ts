const EIGHTHS = ' ▁▂▃▄▅▆▇█';
const ASCII_EIGHTHS = ' ._-=+*%#';

/** A share of 0 to 1 as a bar, never full below 1. */
export function drawBar(share: number, columns: number): string {
  const filled = Math.min(share < 1 ? columns - 1 : columns, Math.round(share * columns));
  return '█'.repeat(filled) + '░'.repeat(columns - filled);
}

/** The same in one column. */
export function drawGauge(share: number, unicode: boolean): string {
  const steps = unicode ? EIGHTHS : ASCII_EIGHTHS;
  const step = Math.max(share > 0 ? 1 : 0, Math.min(share < 1 ? 7 : 8, Math.round(share * 8)));
  return steps[step] ?? ' ';
}
