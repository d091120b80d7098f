// DEC private modes of xterm: 1049 the alternate screen, 7 the wrapping of long lines, 25 the cursor. Ink has an option for
// the alternate screen, but it begins to draw where the cursor of the shell was (Ink 8.0.0), so the first lines scroll away.
// A line that a terminal takes for longer than it is here must not wrap either: Ink counts rows.
const ENTER = '\u001b[?1049h\u001b[H\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?1049l\u001b[?25h';

/** The alternate screen of the terminal, from its making until it is disposed of or the process ends. */
export class AlternateScreen implements Disposable {
  #isEntered = false;

  constructor() {
    process.on('exit', this.leave);
    this.enter();
  }

  readonly enter = (): void => {
    if (this.#isEntered) return;
    this.#isEntered = true;
    process.stdout.write(ENTER);
  };

  readonly leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.stdout.write(LEAVE);
  };

  [Symbol.dispose](): void {
    process.off('exit', this.leave);
    this.leave();
  }
}
