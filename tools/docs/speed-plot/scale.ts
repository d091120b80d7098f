/** From a positive value to a place on a logarithmic axis. `domain` and `range` are what its ends stand for. */
export function logScale(
  [lowest, highest]: readonly [number, number],
  [from, to]: readonly [number, number],
): (value: number) => number {
  const whole = Math.log(highest / lowest);
  return (value) => from + (Math.log(value / lowest) / whole) * (to - from);
}

/** The powers of ten between two values, both included. */
export function decades(lowest: number, highest: number): readonly number[] {
  const first = Math.ceil(Math.log10(lowest) - ROUNDING);
  const last = Math.floor(Math.log10(highest) + ROUNDING);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}

/** A logarithm of a power of ten may miss its integer by the last bits. */
const ROUNDING = 1e-9;

const STEPS = [1, 2, 5, 10];

/** The nearest of 1, 2, 5, 10, 20, … that is not above the value. */
export function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + ROUNDING);
  return (STEPS.findLast((step) => step * power <= value * (1 + ROUNDING)) ?? 1) * power;
}

/** The nearest of 1, 2, 5, 10, 20, … that is not below the value. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + ROUNDING);
  return (STEPS.find((step) => step * power >= value * (1 - ROUNDING)) ?? 10) * power;
}

/**
 * Places for labels that would like to stand at `wanted`, at least `distance` apart and in the same order, moved as little as
 * possible: labels that touch become a block around the mean of what they want.
 */
export function spreadOut(wanted: readonly number[], distance: number): readonly number[] {
  const order = wanted.map((_, index) => index).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const blocks: { readonly members: readonly number[]; readonly start: number }[] = [];
  for (const index of order) {
    let block = { members: [index], start: wanted[index] ?? 0 };
    for (let before = blocks.at(-1); before !== undefined && isTouched(before, block.start); before = blocks.at(-1)) {
      blocks.pop();
      const members = [...before.members, ...block.members];
      const ideal = members.map((member, place) => (wanted[member] ?? 0) - place * distance);
      block = { members, start: ideal.reduce((sum, value) => sum + value, 0) / members.length };
    }
    blocks.push(block);
  }
  const places = new Map(
    blocks.flatMap(({ members, start }) => members.map((member, place) => [member, start + place * distance] as const)),
  );
  return wanted.map((place, index) => places.get(index) ?? place);

  function isTouched({ members, start }: (typeof blocks)[number], next: number): boolean {
    return start + members.length * distance > next;
  }
}
