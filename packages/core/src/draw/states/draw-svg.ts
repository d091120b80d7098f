import type { StatesDocument } from './states-document.ts';
/** The diagram as SVG. */
export function drawStatesSvg(_document: StatesDocument | null): string {
  return '';
}
