import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { waitUntil } from './wait-until.ts';

let made = 0;

/** A terminal of its own with a shell in it, as a person has one. `using` ends it and what runs in it. */
export class TmuxTerminal implements Disposable {
  readonly #server = `cwt-${process.pid}-${++made}`;

  /** `command` is what runs in place of a plain shell, for example one inside a namespace. */
  constructor(columns: number, rows: number, command: readonly string[] = ['sh'], env: readonly string[] = []) {
    const settings = ['env', '-u', 'NO_COLOR', 'LC_ALL=C.UTF-8', 'PS1=ready$ ', ...env];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, ...settings, ...command);
  }

  /** What is on the screen now, a line each, without blanks at their ends. */
  screen(): readonly string[] {
    return this.#tmux('capture-pane', '-p').split('\n');
  }

  /** The same with the sequences that colour it. */
  painted(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** Types a line and return. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', line);
    this.press('Enter');
  }

  /** One key, by its tmux name: `q`, `C-c`, `Enter`. */
  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** Waits until the screen shows a text. */
  async shows(text: string | RegExp): Promise<void> {
    const shown = (): boolean => {
      const whole = this.screen().join('\n');
      return typeof text === 'string' ? whole.includes(text) : text.test(whole);
    };
    await waitUntil(`the screen shows ${String(text)}`, shown).catch((cause: unknown) => {
      throw new Error(`on the screen:\n${this.screen().join('\n')}`, { cause });
    });
  }

  /** Whether the cursor is shown, and whether a program has the alternate screen. */
  modes(): { readonly cursor: boolean; readonly alternate: boolean } {
    const [cursor, alternate] = this.#tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}').trim().split(' ');
    return { cursor: cursor === '1', alternate: alternate === '1' };
  }

  /** The process that the shell has started and waits for. */
  foreground(): number {
    const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
    const [child] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
    if (child === undefined || child === '') throw new Error('the shell waits for nothing');
    return Number(child);
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...args], { encoding: 'utf8' });
  }
}
