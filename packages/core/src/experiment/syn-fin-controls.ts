import type { SynFinControl, SynFinProbe, SynFinStep, SynFinTarget, SynFinTrial } from './syn-fin-document.ts';
import { hasState, isAnsweredBy, isUsable } from './syn-fin-fate.ts';

/** A trial whose outcome is known beforehand, by RFC 9293. */
interface Expectation {
  readonly target: SynFinTarget;
  readonly probe: SynFinProbe;
  readonly says: string;
  readonly holds: (steps: readonly SynFinStep[]) => boolean;
}

const EXPECTATIONS: readonly Expectation[] = [
  {
    target: 'closed-port',
    probe: 'syn',
    says: 'a SYN to a closed port is answered by RST',
    holds: ([first]) => first !== undefined && isAnsweredBy(first, 'RST'),
  },
  {
    target: 'listener',
    probe: 'syn',
    says: 'a SYN to the listener is answered by SYN+ACK, and an ACK establishes the connection',
    holds: ([first, second]) =>
      first !== undefined && isAnsweredBy(first, 'SYN') && second?.acceptQueue === 1 && hasState(second, 'ESTABLISHED'),
  },
  {
    target: 'listener',
    probe: 'handshake-fin',
    says: 'a FIN in the third segment of a handshake leads to CLOSE-WAIT, in the accept queue',
    holds: ([, second]) => second?.acceptQueue === 1 && hasState(second, 'CLOSE-WAIT'),
  },
  {
    target: 'listener',
    probe: 'fast-open-data',
    says: 'a SYN with data and a valid cookie of Fast Open makes a connection, and a FIN leads it to CLOSE-WAIT',
    holds: ([first, second]) =>
      first?.acceptQueue === 1 &&
      (first.counters['TcpExt:TCPFastOpenPassive'] ?? 0) === 1 &&
      second !== undefined &&
      hasState(second, 'CLOSE-WAIT'),
  },
];

/** Whether the experiment can see what it looks for. A control without a usable trial, or with one that differs, does not hold. */
export function checkControls(trials: readonly SynFinTrial[]): readonly SynFinControl[] {
  return EXPECTATIONS.map(({ target, probe, says, holds }) => {
    const own = trials.filter((trial) => trial.target === target && trial.probe === probe);
    return { says, holds: own.length > 0 && own.every((trial) => isUsable(trial) && holds(trial.steps)) };
  });
}
