import type { Point } from './canvas.ts';

/**
 * The corners of a line, written as SVG writes the points of a polyline.
 *
 * @example
 * corners('51,1 77,1 77,5') // [[51, 1], [77, 1], [77, 5]]
 */
export function corners(text: string): readonly Point[] {
  return text.split(' ').map((pair): Point => {
    const [x, y, ...more] = pair.split(',').map(Number);
    if (x === undefined || y === undefined || Number.isNaN(x + y) || more.length > 0) {
      throw new TypeError(`'${pair}' is no point`);
    }
    return [x, y];
  });
}
