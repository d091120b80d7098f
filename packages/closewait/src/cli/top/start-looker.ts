import { type ChildProcess, fork } from 'node:child_process';
import { ClosewaitError } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';
import type { ConnectionPage, HostLook, HostWatch } from '../../tui/model/index.ts';
import type { LookerAnswer, LookerOptions, LookerRequest } from './look-protocol.ts';

/** The program of the process that looks: beside this file from source, beside the bundle when published. */
const LOOKER = new URL(import.meta.url.endsWith('.ts') ? './looker.ts' : './looker.js', import.meta.url);

type Pending = (answer: LookerAnswer) => void;

/** How much of what a process that ended has said is told. */
const SAID_CHARACTERS = 2000;

/** Watches the host from a process of its own; see docs/adr/0012. Disposed of, that process ends. */
export class Looker implements HostWatch, Disposable {
  readonly recording: string | null;
  readonly #options: LookerOptions;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcess | null = null;
  #said = '';
  #asked = 0;

  constructor(options: LookerOptions) {
    this.#options = options;
    this.recording = options.from === null ? null : safeText(options.from.slice(options.from.lastIndexOf('/') + 1));
  }

  async look(): Promise<HostLook> {
    return (await this.#ask({ ask: 'look' })) as HostLook;
  }

  async page(request: Parameters<HostWatch['page']>[0]): Promise<ConnectionPage> {
    return (await this.#ask({ ask: 'page', request })) as ConnectionPage;
  }

  /** In the middle of a look too: it only reads. */
  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL');
  }

  async #ask(
    question: { readonly ask: 'look' } | { readonly ask: 'page'; readonly request: Parameters<HostWatch['page']>[0] },
  ): Promise<HostLook | ConnectionPage> {
    const child = this.#child ?? this.#start();
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<LookerAnswer>();
    this.#pending.set(id, resolve);
    const request: LookerRequest = { ...question, id };
    child.send(request, (error) => {
      if (error !== null) this.#answer(this.#gone(id, error.message));
    });
    const answer = await promise;
    if (answer.ok) return answer.value;
    throw new ClosewaitError(answer.code, answer.message, answer.hint === null ? {} : { hint: answer.hint });
  }

  #start(): ChildProcess {
    // Its output must not reach the screen; what it says before it ends is the error.
    const child = fork(LOOKER, [JSON.stringify(this.#options)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-SAID_CHARACTERS);
    });
    child.on('message', (message) => this.#answer(message as LookerAnswer));
    child.once('error', (error) => this.#end(child, error.message));
    child.once('close', (code, signal) => this.#end(child, signal ?? `exit code ${code}`));
    return child;
  }

  #answer(answer: LookerAnswer): void {
    this.#pending.get(answer.id)?.(answer);
    this.#pending.delete(answer.id);
  }

  /** The next question starts another one: a host that is out of memory for a moment is looked at again. */
  #end(child: ChildProcess, how: string): void {
    if (this.#child === child) this.#child = null;
    const line = this.#said.split('\n').find((said) => /^\w*Error/.test(said));
    for (const id of this.#pending.keys()) this.#answer(this.#gone(id, line === undefined ? how : `${how}: ${line}`));
  }

  #gone(id: number, how: string): LookerAnswer {
    return { id, ok: false, code: 'cannot-look', message: `the process that looks has ended: ${how}`, hint: null };
  }
}
