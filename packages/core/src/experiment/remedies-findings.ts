import { formatCount, formatCountOf, formatDuration } from '../report/index.ts';
import type { MeasuredCell, RemediesDocument, RemedyCell } from './remedies-document.ts';
import { judgeCell } from './remedies-verdict.ts';
import type { PeerId, RemedyCause, RemedyId } from './remedies-vocabulary.ts';

/** A sentence that the matrix supports, or does not. */
export interface RemedyFinding {
  readonly id: string;
  /** Whether every cell that it is about is as it says. */
  readonly holds: boolean;
  /** With the numbers that it rests on. */
  readonly says: string;
  /** Cells that are otherwise. */
  readonly against: readonly MeasuredCell[];
}

const KEEPALIVE: readonly RemedyId[] = [
  'keepalive-system',
  'keepalive-socket',
  'keepalive-and-timeout',
  'keepalive-outside',
];
/** A legal half-close is no fault, and a connection that the kernel has closed is in no state any more. */
const NO_FAULT: readonly RemedyCause[] = ['half-close-in-use', 'closed-but-held'];

/** What the matrix says plainly; a sentence whose cells were not all measured is left out. */
export function findInRemedies(document: RemediesDocument): readonly RemedyFinding[] {
  const cells = document.cells.filter((cell) => cell.outcome === 'measured');
  return SENTENCES.flatMap(({ id, about, holds, says }) => {
    const subject = cells.filter(about);
    if (subject.length === 0 || document.cells.some((cell) => cell.outcome === 'not-measured' && about(cell)))
      return [];
    const against = subject.filter((cell) => !holds(cell));
    return [{ id, holds: against.length === 0, says: says(subject), against }];
  });
}

interface Sentence {
  readonly id: string;
  readonly about: (cell: RemedyCell) => boolean;
  readonly holds: (cell: MeasuredCell) => boolean;
  readonly says: (cells: readonly MeasuredCell[]) => string;
}

const is =
  (remedies: readonly RemedyId[], peers?: readonly PeerId[]) =>
  ({ cause, remedy, peer }: RemedyCell): boolean =>
    remedies.includes(remedy) && (peers === undefined || peers.includes(peer)) && !NO_FAULT.includes(cause);

const but =
  (cause: RemedyCause, about: (cell: RemedyCell) => boolean) =>
  (cell: RemedyCell): boolean =>
    cell.cause !== cause && about(cell);
const only =
  (cause: RemedyCause, about: (cell: RemedyCell) => boolean) =>
  (cell: RemedyCell): boolean =>
    cell.cause === cause && about(cell);
const stays = (cell: MeasuredCell): boolean => judgeCell(cell) === 'none' && cell.worker.result !== 'freed';
/** LAST-ACK of a closed descriptor is the kernel's own business. */
const frees = (cell: MeasuredCell): boolean => ['all', 'leaving'].includes(judgeCell(cell));
const keepsDescriptor = (cell: MeasuredCell): boolean => !cell.descriptor.freed;

function countOf({ segments }: MeasuredCell, by: 'own' | 'peer', says: string): number {
  return segments
    .filter((segment) => segment.by === by && segment.says === says)
    .reduce((sum, { count }) => sum + count, 0);
}

/** Each keepalive probe asks for an acknowledgement (RFC 9293 3.8.4). */
function answersProbes(cell: MeasuredCell): boolean {
  return countOf(cell, 'peer', 'ACK') >= countOf(cell, 'own', 'probe');
}

const countProbes = (cells: readonly MeasuredCell[]): string =>
  formatCount(cells.reduce((sum, cell) => sum + countOf(cell, 'own', 'probe'), 0));

const all = (cells: readonly MeasuredCell[]): string => formatCountOf(cells.length, 'cell');
const slowest = (cells: readonly MeasuredCell[]): string =>
  formatDuration(Math.max(...cells.map(({ connection }) => connection.leftAfterMs ?? 0)));

const SENTENCES: readonly Sentence[] = [
  {
    id: 'keepalive-half-closed',
    about: but('writer-blocked', is(KEEPALIVE, ['half-closed'])),
    holds: (cell) => stays(cell) && countOf(cell, 'own', 'probe') > 0 && answersProbes(cell),
    says: (cells) =>
      `Keepalive never ends a connection whose peer is half-closed and alive: in none of ${all(cells)} did it; ` +
      `the peer's kernel answered every probe (${countProbes(cells)} of them), and FIN-WAIT-2 with an owner has no time limit.`,
  },
  {
    id: 'keepalive-running',
    about: is(KEEPALIVE, ['closed']),
    holds: stays,
    says: (cells) =>
      `Keepalive does nothing while the peer's FIN-WAIT-2 runs either: its kernel answers for the closed descriptor (${all(cells)}).`,
  },
  {
    id: 'keepalive-keeps-descriptor',
    about: but('writer-blocked', is(KEEPALIVE, ['expired', 'vanished'])),
    holds: (cell) => cell.connection.result === 'ended' && keepsDescriptor(cell),
    says: (cells) =>
      `Where the peer is gone keepalive clears the state and keeps the descriptor, in all ${all(cells)}: no list of connections shows it any more, and the descriptor is as lost as before.`,
  },
  {
    id: 'sysctl',
    about: is(['sysctl-keepalive', 'sysctl-alone']),
    holds: stays,
    says: (cells) =>
      `Lowering net.ipv4.tcp_keepalive_* does nothing for connections that exist (${all(cells)}): a timer that runs is not ` +
      'set anew, and a socket without SO_KEEPALIVE has none.',
  },
  {
    id: 'keepalive-blocked-writer',
    about: only('writer-blocked', is(['keepalive-system', 'keepalive-socket', 'keepalive-outside'])),
    holds: stays,
    says: (cells) =>
      `Keepalive does nothing for a blocked writer (${all(cells)}): while data waits the persist timer runs, and keepalive does not.`,
  },
  {
    id: 'user-timeout-idle',
    about: but('writer-blocked', is(['user-timeout', 'timeout-outside'])),
    holds: stays,
    says: (cells) =>
      `TCP_USER_TIMEOUT alone does nothing for an idle connection, set by the program or from outside (${all(cells)}): nothing of it is unacknowledged.`,
  },
  {
    id: 'user-timeout-writer',
    about: only(
      'writer-blocked',
      is(['user-timeout', 'timeout-outside', 'heartbeat-and-timeout', 'keepalive-and-timeout']),
    ),
    holds: frees,
    says: (cells) =>
      `A blocked writer is freed by TCP_USER_TIMEOUT, with everything that it holds (${all(cells)}, the slowest after ${slowest(cells)}): its call fails with ETIMEDOUT, and it closes.`,
  },
  {
    id: 'destroy-writer',
    about: only('writer-blocked', is(['destroy'])),
    holds: frees,
    says: (cells) =>
      `SOCK_DESTROY (ss -K) frees a blocked writer at once (${all(cells)}): ECONNABORTED wakes it, and it closes.`,
  },
  {
    id: 'destroy-keeps-descriptor',
    about: but('writer-blocked', is(['destroy'])),
    holds: (cell) => cell.connection.result === 'ended' && keepsDescriptor(cell) && cell.worker.result !== 'freed',
    says: (cells) =>
      `For every cause but a blocked writer SOCK_DESTROY clears the state and keeps the descriptor, or the place in the accept queue, and frees no worker (${all(cells)}).`,
  },
  {
    id: 'shutdown-read',
    about: is(['shutdown-read']),
    holds: stays,
    says: (cells) => `shutdown(SHUT_RD) on a connection in CLOSE-WAIT does nothing (${all(cells)}).`,
  },
  {
    id: 'shutdown-keeps-descriptor',
    about: but('writer-blocked', is(['shutdown-write', 'shutdown-both'])),
    holds: (cell) => cell.connection.result !== 'stayed' && keepsDescriptor(cell),
    says: (cells) =>
      `shutdown(SHUT_WR or SHUT_RDWR) from outside takes it out of CLOSE-WAIT and keeps the descriptor (${all(cells)}); where the peer has vanished it stays in LAST-ACK.`,
  },
  {
    id: 'relay-other-leg',
    about: is(['other-leg-read', 'other-leg-both', 'other-leg-destroy']),
    holds: frees,
    says: (cells) =>
      `A half-closed relay is freed through its other leg, the one in FIN-WAIT-2: shutdown(SHUT_RD or SHUT_RDWR) or SOCK_DESTROY there wakes it, and it closes both (${all(cells)}).`,
  },
  {
    id: 'heartbeat-half-closed',
    about: is(['heartbeat'], ['half-closed', 'vanished']),
    holds: stays,
    says: (cells) =>
      `A heartbeat alone never fails towards a peer that is half-closed and alive, which takes the bytes, and not soon towards one that has vanished, where the data is sent again and again (${all(cells)}).`,
  },
  {
    id: 'limit-only-limit',
    about: but('descriptor-limit', is(['raise-limit'])),
    holds: stays,
    says: (cells) => `A higher descriptor limit frees nothing (${all(cells)}).`,
  },
  {
    id: 'limit-at-limit',
    about: only('descriptor-limit', is(['raise-limit'])),
    holds: frees,
    says: (cells) =>
      `At the limit a higher one lets a sound program accept, read and close what has queued (${all(cells)}).`,
  },
  {
    id: 'restart',
    about: but('inherited-descriptor', is(['restart'])),
    holds: frees,
    says: (cells) =>
      `A restart frees connection, descriptor and worker, whatever the cause and the peer (${all(cells)}; in ${formatCount(cells.filter((cell) => judgeCell(cell) === 'leaving').length)} the kernel still sends a FIN that nobody acknowledges).`,
  },
  {
    id: 'restart-inherited',
    about: only('inherited-descriptor', is(['restart'])),
    holds: stays,
    says: (cells) =>
      `The exception is a descriptor that a child has inherited: restarting the parent alone frees nothing (${all(cells)}); the child has to end.`,
  },
  {
    id: 'read-rule-where-read',
    about: ({ cause, remedy }) =>
      remedy === 'read-rule' && ['close-missing', 'eof-spin', 'half-closed-relay'].includes(cause),
    holds: frees,
    says: (cells) =>
      `The read rule (0 means close) frees everything where the program reads the end (${all(cells)}): a missing close, a spin, a relay.`,
  },
  {
    id: 'read-rule-where-not-read',
    about: ({ cause, remedy }) =>
      remedy === 'read-rule' && !['close-missing', 'eof-spin', 'half-closed-relay', ...NO_FAULT].includes(cause),
    holds: stays,
    says: (cells) =>
      `Where nobody reads the read rule does nothing (${all(cells)}): a stuck worker, a blocked writer, a forgotten or a paused connection never gets to that read.`,
  },
  {
    id: 'legal-half-close',
    about: ({ cause, remedy, peer }) =>
      cause === 'half-close-in-use' &&
      peer === 'half-closed' &&
      ['read-rule', 'rdhup', 'destroy', 'shutdown-write', 'shutdown-both'].includes(remedy),
    holds: (cell) => judgeCell(cell) === 'cut',
    says: (cells) =>
      `A legal half-close is cut off by the read rule, by EPOLLRDHUP, by SOCK_DESTROY and by shutdown of the writing half (${all(cells)}): the peer waits for an answer that does not come.`,
  },
  {
    id: 'sweep-blocked-writer',
    about: only('writer-blocked', is(['sweep', 'rdhup'])),
    holds: (cell) => judgeCell(cell) === 'hidden',
    says: (cells) =>
      `Closing the descriptor of a blocked writer from another thread makes it worse (${all(cells)}): the call in progress keeps the socket, the connection stays in CLOSE-WAIT, and no descriptor shows who has it.`,
  },
];
