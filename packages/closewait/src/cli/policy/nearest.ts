/** The word that is most like another one, for "did you mean"; null where none is near. */
export function nearest(word: string, words: readonly string[]): string | null {
  const spelt = word.toLowerCase();
  let best: string | null = null;
  // A third of the letters may be wrong, as in most spelling aids.
  let least = Math.max(1, Math.floor(spelt.length / 3)) + 1;
  for (const candidate of words) {
    const steps = distance(spelt, candidate.toLowerCase());
    if (steps < least) [least, best] = [steps, candidate];
  }
  return best;
}

/** Letters to insert, delete, change or swap with their neighbour: the optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, (before[j - 2] ?? 0) + 1);
      }
      next.push(steps);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
