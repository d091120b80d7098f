import type { TcpState } from '../tcp/index.ts';
import type { SynFinFate, SynFinStep, SynFinTarget, SynFinTrial } from './syn-fin-document.ts';

/** The state in which a segment finds a connection; targets that have none are not here. */
const STATE_OF_TARGET: Readonly<Partial<Record<SynFinTarget, TcpState>>> = {
  'syn-received': 'SYN-RECEIVED',
  'fast-open-child': 'SYN-RECEIVED',
  established: 'ESTABLISHED',
  'syn-sent': 'SYN-SENT',
};

/** Whether everything that was sent in this trial can be used. */
export function isUsable({ notMade, steps }: SynFinTrial): boolean {
  return notMade === null && steps.length > 0 && steps.every(({ sight }) => sight === 'seen');
}

/** Whether a connection was in CLOSE-WAIT after a step that can be used. */
export function showsCloseWait({ steps }: SynFinTrial): boolean {
  return steps.some((step) => step.sight === 'seen' && hasState(step, 'CLOSE-WAIT'));
}

/** Whether one of the sockets is in the state. */
export function hasState({ sockets }: SynFinStep, state: TcpState): boolean {
  return sockets.some((socket) => socket.state === state);
}

/** What became of the first segment of a trial, by what was seen after it and after what followed it. */
export function fateOf(trial: SynFinTrial): SynFinFate {
  // Seen once is seen: nothing that comes later takes it back.
  if (showsCloseWait(trial)) return 'close-wait';
  const [first] = trial.steps;
  if (first === undefined || !isUsable(trial)) return 'undecided';
  const state = STATE_OF_TARGET[trial.target];
  return state === undefined ? fateWithoutConnection(first, trial.steps) : fateOfConnection(first, state);
}

/** Only a handshake that cannot be completed shows that nothing was kept: a SYN cookie leaves no socket either. */
function fateWithoutConnection(first: SynFinStep, steps: readonly SynFinStep[]): SynFinFate {
  if (steps.some(({ sockets }) => sockets.length > 0)) return 'fin-ignored';
  if (isAnsweredBy(first, 'RST')) return 'refused';
  return first.answers.length === 0 ? 'dropped' : 'fin-ignored';
}

function fateOfConnection(first: SynFinStep, state: TcpState): SynFinFate {
  if (first.sockets.length === 0) return 'ended';
  return hasState(first, state) ? 'unchanged' : 'fin-ignored';
}

/** Whether an answer has the flag. */
export function isAnsweredBy({ answers }: SynFinStep, flag: string): boolean {
  return answers.some(({ flags }) => flags.split('+').includes(flag));
}

/** What several trials have in common; `undecided` where one of them is. */
export function commonFate(fates: readonly SynFinFate[]): SynFinFate {
  const [first = 'undecided', ...others] = new Set(fates);
  if (fates.includes('undecided')) return 'undecided';
  return others.length === 0 ? first : 'differs';
}
