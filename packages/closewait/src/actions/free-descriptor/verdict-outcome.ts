import type { ActionOutcome } from '@closewait/core/facts';
import { fromLinuxState } from '@closewait/core/tcp';
import type { OrderResult } from './batch.ts';
import type { ThreadVerdict, Verdict } from './batch-layout.ts';
import { RESTART } from './kernel-places.ts';

/** asm-generic/errno-base.h */
const EBADF = 9n;
const AGAIN = 'look again: closewait';

/** What the thread said of one descriptor, in words. `closed` is only what the kernel answered: it is looked at again. */
export function outcomeOfVerdict(fd: number, { verdict, seen }: OrderResult): ActionOutcome {
  if (verdict === null) return { kind: 'refused', detail: `descriptor ${fd} was not reached`, hint: AGAIN };
  return OUTCOMES[verdict](`descriptor ${fd}`, seen);
}

const OUTCOMES: Readonly<Record<Verdict, (what: string, seen: bigint) => ActionOutcome>> = {
  closed: (what) => ({ kind: 'ended', detail: `${what} is closed` }),
  free: (what) => ({ kind: 'already-gone', detail: `${what} is not open any more` }),
  another: (what) => ({
    kind: 'changed',
    detail: `${what} leads to something else than the connection that was meant`,
    hint: AGAIN,
  }),
  state: (what, seen) => ({ kind: 'changed', detail: `${what}: its connection is in ${stateName(seen)}`, hint: AGAIN }),
  watched: (what) => ({
    kind: 'refused',
    detail: `${what} is watched: by an epoll instance, or by a signal for what happens on it`,
    hint: `the program waits for it, as Go's runtime does for every connection that it has: ${RESTART}`,
  }),
  referenced: (what, seen) => ({
    kind: 'refused',
    detail: `${what} is not the only reference to its socket: ${seen} more, by copies of it or by calls in progress`,
    hint: 'every holder has to let go',
  }),
  lingers: (what) => ({
    kind: 'refused',
    detail: `${what} lingers (SO_LINGER): closing would keep a thread waiting until the peer has acknowledged everything`,
    hint: 'end the connection first, then give the descriptor back: closewait close --with destroy',
  }),
  called: (what) => ({
    kind: 'refused',
    detail: `${what} is used by the thread: the call that it will make again names it`,
    hint: 'closewait explain says what the thread waits for',
  }),
  kept: (what, seen) =>
    seen === -EBADF
      ? { kind: 'already-gone', detail: `${what} was closed by the program itself at that very moment` }
      : { kind: 'refused', detail: `${what}: close: error ${-seen}` },
  unreadable: (what) => ({
    kind: 'refused',
    detail: `${what}: the kernel's memory could not be read there`,
    hint: AGAIN,
  }),
};

function stateName(seen: bigint): string {
  return fromLinuxState(Number(seen)) ?? `state ${seen}`;
}

/** Why a thread that came by did nothing. Null for one that is fit. */
export function refusalOfThread(tid: number, verdict: ThreadVerdict): ActionOutcome | null {
  const says = REFUSALS[verdict];
  return says === null
    ? null
    : { kind: 'refused', detail: `thread ${tid} ${says}`, hint: verdict === 'compat' ? RESTART : AGAIN };
}

const REFUSALS: Readonly<Record<ThreadVerdict, string | null>> = {
  fit: null,
  ending: 'is ending',
  kernel: 'is one of the kernel',
  compat: 'runs 32-bit code, whose calls are not looked through',
  call: 'will make a call again that may name the descriptor where nobody can look',
  inside: 'is inside a call that runs such work itself, and may use the descriptor in it',
  table: 'shares its descriptors with another process',
  unreadable: 'could not be judged: the kernel let nobody read its memory there',
};
