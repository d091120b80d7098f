import type { SynFinStep, SynFinTrial, SynFinVerdict } from './syn-fin-document.ts';
import { hasState, isUsable, showsCloseWait } from './syn-fin-fate.ts';
import {
  FATE_WORDS,
  PROBE_SENTENCE_WORDS,
  PROBE_WORDS,
  SETTINGS_WORDS,
  SIGHT_WORDS,
  SYN_FIN_PROBES_PROPER,
  TARGET_WORDS,
} from './syn-fin-words.ts';

/** The verdict in words, each sentence from what was measured. */
export function sayVerdict(
  kernel: string,
  trials: readonly SynFinTrial[],
  verdict: Omit<SynFinVerdict, 'says'>,
): readonly string[] {
  const proper = trials.filter(({ probe }) => SYN_FIN_PROBES_PROPER.includes(probe));
  const first = {
    no: `On ${kernel} a segment with SYN and FIN does not make CLOSE-WAIT: after none of ${proper.length} trials was a connection in that state.`,
    yes: `On ${kernel} a segment with SYN and FIN makes CLOSE-WAIT: ${nameAll(proper.filter(showsCloseWait))}.`,
    undecided: `Whether a segment with SYN and FIN makes CLOSE-WAIT on ${kernel} is undecided: ${sayWhy(trials, verdict)}.`,
  }[verdict.makesCloseWait];
  return [first, ...sayListener(proper, verdict), ...sayConnections(proper, verdict), ...sayGaps(trials)];
}

function sayListener(proper: readonly SynFinTrial[], { listener }: Omit<SynFinVerdict, 'says'>): readonly string[] {
  if (listener === 'undecided') return [];
  const toListener = proper.filter(({ target }) => target === 'listener');
  if (listener !== 'dropped') return [`SYN+FIN to a listening port ${FATE_WORDS[listener]}.`];
  const drops = toListener.every(({ steps: [first] }) => first?.listenerDrops === 1);
  const moved = new Set(toListener.flatMap(({ steps: [first] }) => (first === undefined ? [] : countersOf(first))));
  const refused = toListener.every(({ steps: [, second] }) => second?.answers[0]?.flags === 'RST');
  return [
    `SYN+FIN to a listening port is dropped, with or without data, SYN cookies or Fast Open: no answer and no request. ` +
      `${drops ? "The listener's count of drops rises by one" : "The listener's count of drops does not tell"}; ` +
      `${moved.size === 0 ? 'no counter of /proc/net/snmp and /proc/net/netstat moves but those of packets and octets' : `what moves is ${[...moved].join(', ')}`}.` +
      (refused ? ' The ACK that would complete a handshake is answered by RST, so nothing was kept.' : ''),
  ];
}

/** One sentence for each target that is a connection or a request for one. */
function sayConnections(proper: readonly SynFinTrial[], { fates }: Omit<SynFinVerdict, 'says'>): readonly string[] {
  const decided = fates.filter(
    ({ target, fate }) => target !== 'listener' && target !== 'closed-port' && fate !== 'undecided',
  );
  return [...Map.groupBy(decided, ({ target }) => target)].map(([target, own]) => {
    const clauses = Map.groupBy(own, ({ probe, fate }) => {
      const step = proper.find((trial) => trial.target === target && trial.probe === probe)?.steps[0];
      return `${step === undefined ? '' : `${describeAnswers(step)} and `}${FATE_WORDS[fate]}`;
    });
    const told = [...clauses].map(([what, alike]) => {
      const [first = '', ...others] = alike.map(({ probe }) => PROBE_SENTENCE_WORDS[probe] ?? PROBE_WORDS[probe]);
      return `${others.length === 0 ? first : `${first}, like ${others.join(' and ')},`} ${what}`;
    });
    return `To ${TARGET_WORDS[target]}: ${told.join('; ')}.`;
  });
}

function sayWhy(trials: readonly SynFinTrial[], { controls }: Omit<SynFinVerdict, 'says'>): string {
  const failed = controls.filter(({ holds }) => !holds).length;
  return [
    ...(failed === 0 ? [] : [`${failed} of ${controls.length} controls ${failed === 1 ? 'does' : 'do'} not hold`]),
    ...(trials.every(isUsable) ? [] : ['not every trial can be used']),
    ...(trials.length === 0 ? ['nothing was tried'] : []),
  ].join(', ');
}

/** What cannot be used, by the reason. */
function sayGaps(trials: readonly SynFinTrial[]): readonly string[] {
  const unusable = trials.filter((trial) => !isUsable(trial));
  return [...Map.groupBy(unusable, whyNot)].map(([why, alike]) => {
    const which = alike.length === trials.length ? '' : ` (${nameAll(alike)})`;
    return `${alike.length} of ${trials.length} trials cannot be used: ${why}${which}.`;
  });
}

/** More names than these say less. */
const NAMED = 5;

function nameAll(trials: readonly SynFinTrial[]): string {
  const names = [...Map.groupBy(trials, ({ probe, target }) => `${PROBE_WORDS[probe]} to ${TARGET_WORDS[target]}`)].map(
    ([name, alike]) => `${name} with ${alike.map(({ settings }) => SETTINGS_WORDS[settings]).join(', ')}`,
  );
  const more = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

function whyNot({ notMade, steps }: SynFinTrial): string {
  if (notMade !== null) return notMade;
  const unseen = steps.find(({ sight }) => sight !== 'seen');
  return unseen === undefined ? 'nothing was sent' : `a segment was ${SIGHT_WORDS[unseen.sight]}`;
}

/** `is answered by SYN+ACK`, or that it is not. */
function describeAnswers({ answers, counters }: SynFinStep): string {
  const isChallenge = (counters['TcpExt:TCPChallengeACK'] ?? 0) > 0;
  return answers.length === 0
    ? 'is not answered'
    : `is answered by ${answers.map(({ flags }) => (isChallenge && flags === 'ACK' ? 'a challenge ACK' : flags)).join(' and ')}`;
}

/** Counters that tell something: not how many segments came and went, and not how many connections are open. */
const SILENT = ['Tcp:InSegs', 'Tcp:OutSegs', 'Tcp:CurrEstab'];

/** The names of what moved, without their group. */
export function countersOf({ counters }: SynFinStep): readonly string[] {
  return Object.keys(counters)
    .filter((name) => !name.startsWith('IpExt:') && !SILENT.includes(name))
    .map((name) => name.slice(name.indexOf(':') + 1));
}

/** The states afterwards, or that there is no socket. */
export function describeSockets(step: SynFinStep): string {
  const [first] = step.sockets;
  if (first === undefined) return 'none';
  return hasState(step, 'CLOSE-WAIT') ? 'CLOSE-WAIT' : step.sockets.map(({ state }) => state).join(', ');
}
