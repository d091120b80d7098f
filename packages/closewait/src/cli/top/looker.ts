import { diagnose } from '@closewait/core/diagnose';
import { ClosewaitError, type KernelSource } from '@closewait/core/facts';
import { dieWithParent } from '../../ffi/index.ts';
import {
  buildHostLook,
  ConnectionBook,
  type ConnectionPage,
  type HostLook,
  type PageRequest,
} from '../../tui/model/index.ts';
import { examineClosely } from '../examine-closely.ts';
import { openSource } from '../open-source.ts';
import { NO_OWN_PIDS, readOwnPids } from '../own-pids.ts';
import type { LookerAnswer, LookerOptions, LookerRequest } from './look-protocol.ts';

// The process that looks for `closewait top`: it answers questions on its IPC channel, one after the other, and ends with
// its parent. It has the facts of the last look, so that 100,000 connections stay here and pages of them travel.

const options = JSON.parse(process.argv[2] ?? '{}') as LookerOptions;

/** Ctrl-C goes to every process of the terminal: this one ends when its parent lets it go. */
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
dieWithParent();

let source: KernelSource | null = null;
let book: ConnectionBook | null = null;
/** Questions are answered in turn: a page is of the last look that has ended. */
let last: Promise<void> = Promise.resolve();

process.on('message', (message) => {
  last = answerAfter(last, message as LookerRequest);
});

async function answerAfter(before: Promise<void>, request: LookerRequest): Promise<void> {
  await before;
  const answer = await answerTo(request);
  if (process.connected) process.send?.(answer);
}

async function answerTo(request: LookerRequest): Promise<LookerAnswer> {
  const { id } = request;
  try {
    return { id, ok: true, value: request.ask === 'look' ? await look() : page(request.request) };
  } catch (cause) {
    if (!(cause instanceof ClosewaitError)) throw cause;
    return { id, ok: false, code: cause.code, message: cause.message, hint: cause.hint ?? null };
  }
}

async function look(): Promise<HostLook> {
  const { from, minAgeMs, allNamespaces, quick, showArguments } = options;
  const beganMs = performance.now();
  source ??= await openSource(from ?? undefined);
  const facts = await examineClosely(source, { minAgeMs, allNamespaces, quick });
  const diagnosis = diagnose(facts, { minAgeMs });
  const screen = buildHostLook(facts, diagnosis, { showArguments, tookMs: 0 });
  const ownPids = from === null ? readOwnPids(source) : NO_OWN_PIDS;
  book = new ConnectionBook(facts, diagnosis, book, ownPids);
  return { ...screen, tookMs: performance.now() - beganMs };
}

function page(request: PageRequest): ConnectionPage {
  if (book === null) throw new ClosewaitError('internal', 'a page was asked for before the first look');
  return book.page(request);
}
