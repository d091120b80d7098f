import type { Facts } from '../../../facts/index.ts';
import type { MissingEvidence, StuckConnection } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { queueEvidence } from '../../queue-facts.ts';
import type { Verdict } from '../../rule.ts';

/**
 * Probes of a closed window back off (RFC 9293 3.8.6.1). Three of them without an opening take more than a second: a
 * peer that is only slow opens its window again within that.
 */
const SHUT_FOR_GOOD = 3;

/**
 * The peer has sent FIN, does not read and has not closed: this side has data that nobody takes, and whoever writes it
 * waits. The writer need not be inside of write(2), it may wait in poll for it.
 */
export function judgeWriterBlocked(group: Group, _facts: Facts): Verdict | null {
  if (group.situation !== 'sending') return null;
  const shut = group.connections.filter((connection) => probesOf(connection) >= SHUT_FOR_GOOD).length;
  const count = group.connections.length;
  return {
    // A program may have forgotten the connection with data in it: from here that looks the same.
    confidence: shut === count ? 'likely' : 'possible',
    title: `The ${count === 1 ? 'peer does' : 'peers do'} not take what this side sends: the window is closed, and the writer waits.`,
    evidence: [
      {
        id: 'window-closed',
        says: `${count === 1 ? 'the persist timer runs' : `on ${count} connections the persist timer runs`}: the peer announces a window of 0`,
        value: count,
      },
      {
        id: 'unsent-bytes',
        says: `${unsentBytes(group.connections)} bytes wait in Send-Q`,
        value: unsentBytes(group.connections),
      },
      ...queueEvidence(group.connections).filter(({ id }) => id !== 'unsent-data'),
    ],
    against: [],
    missing: missingOf(group, shut),
  };
}

function probesOf({ socket }: StuckConnection): number {
  return socket.info.known ? socket.info.value.backoff : 0;
}

function unsentBytes(connections: readonly StuckConnection[]): number {
  return connections.reduce((sum, { socket }) => sum + socket.txQueueBytes, 0);
}

function missingOf({ process, connections }: Group, shut: number): readonly MissingEvidence[] {
  const pid = process?.pid ?? 'PID';
  const young = connections.length - shut;
  const writer = {
    id: 'writer',
    why: 'whether a thread writes, or polls, on it was not looked at; if none does, the connection is forgotten',
    hint: `grep -H . /proc/${pid}/task/*/syscall`,
  };
  if (young === 0) return [writer];
  return [
    { id: 'window', why: `on ${young} the window has been closed for a moment only`, hint: 'look again' },
    writer,
  ];
}
