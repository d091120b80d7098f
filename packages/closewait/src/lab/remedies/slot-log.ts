/** A line of the programs of the matrix: what one of them did, or was answered. */
export interface SlotLine {
  /** Null: not about one slot. */
  readonly slot: number | null;
  readonly atMs: number;
  readonly call: string;
  readonly answer: string;
  readonly port?: number;
  readonly fd?: number;
}

/** All lines of one program, by slot. */
export class SlotLog {
  readonly #lines: SlotLine[] = [];

  /** Takes a line of output; what is not one of these lines is left alone. */
  add(text: string): void {
    if (text.startsWith('{')) this.#lines.push(JSON.parse(text) as SlotLine);
  }

  of(slot: number): readonly SlotLine[] {
    return this.#lines.filter((line) => line.slot === slot);
  }

  /** The first line of a slot with this call, and this answer where one is given. */
  find(slot: number | null, call: string, answer?: string): SlotLine | null {
    return (
      this.#lines.find(
        (line) => line.slot === slot && line.call === call && (answer === undefined || line.answer === answer),
      ) ?? null
    );
  }

  /** Whether the program has followed a word. */
  hasDone(word: string): boolean {
    return this.find(null, 'done', word) !== null;
  }
}
