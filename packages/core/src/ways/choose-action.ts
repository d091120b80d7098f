import { type ConnectionIdentity, valueOr } from '../facts/index.ts';
import { chooseAuto, restartCommandOf } from './choose-auto.ts';
import { FORGOTTEN_CAUSES } from './forgotten-causes.ts';
import { isConnection, type OrderedAction, type Refusal, type Subject, type WayOptions } from './way.ts';

/** The options with the other side of the relay, where there is one. */
type Options = WayOptions & { readonly leg: ConnectionIdentity | null };

/** The action that a method means for one connection, or why there is none. */
export function chooseAction(about: Subject, options: Options): OrderedAction | Refusal {
  const { method } = options;
  if (method === 'auto') return chooseByCause(about, options);
  if (!isConnection(about.target) && method !== 'free-descriptor') {
    return {
      why: 'the kernel has ended the connection already, and the program has the descriptor still',
      hint: joinHints(restartCommandOf(about.finding) ?? 'restart the program', '--with free-descriptor gives it back'),
    };
  }
  switch (method) {
    case 'destroy':
      return { method };
    case 'shutdown':
      return chooseShutdown(about, options);
    case 'timeout':
      return chooseTimeout(about, options);
    case 'limit':
      return chooseLimit(about, options);
    case 'thaw':
      return chooseThaw(about);
    case 'free-descriptor':
      return chooseFreeing(about, options);
    default:
      return method satisfies never;
  }
}

function chooseByCause(about: Subject, options: Options): OrderedAction | Refusal {
  const choice = chooseAuto(about.finding);
  if ('method' in choice) return chooseAction(about, { ...options, method: choice.method });
  const { why, restart, also } = choice;
  return { why, hint: joinHints(restart, also) };
}

/** `systemctl restart orders.service; --with shutdown ends …`: the command first. */
function joinHints(...parts: readonly (string | null)[]): string | null {
  const some = parts.filter((part) => part !== null);
  return some.length === 0 ? null : some.join('; ');
}

const NO_DESCRIPTOR: Refusal = {
  why: 'no process has a descriptor of it that could be copied',
  hint: '--with destroy needs none',
};
const NO_START: Refusal = {
  why: 'since when its process runs could not be read, so it could not be known again',
  hint: 'run as root',
};

function chooseShutdown({ finding, target, owners }: Subject, { direction, leg }: Options): OrderedAction | Refusal {
  if (target.holders.length === 0) return NO_DESCRIPTOR;
  if (owners.length === 0) return NO_START;
  if (finding.cause !== 'half-closed-relay') return { method: 'shutdown', direction: direction ?? 'both', leg: null };
  if (leg === null) {
    return {
      why: 'which connection is the other side of the relay is not sure: several look the same, or none was found',
      hint: 'select all connections of the relay, with pid:…',
    };
  }
  if (direction === 'write') {
    return {
      why: 'ending the writing half of the other side frees nothing: the relay waits for its end',
      hint: 'leave --direction out',
    };
  }
  // The reading half is enough, and the peer there sees nothing of it until the relay closes.
  return { method: 'shutdown', direction: direction ?? 'read', leg };
}

function chooseTimeout({ target, owners, seen }: Subject, { timeoutMs }: Options): OrderedAction | Refusal {
  if (target.holders.length === 0) return NO_DESCRIPTOR;
  if (owners.length === 0) return NO_START;
  return { method: 'timeout', timeoutMs, keepalive: (seen?.txQueueBytes ?? 0) === 0 };
}

/** More than this the kernel gives nobody unless fs.nr_open is raised (its default, fs/file.c). */
const MOST_DESCRIPTORS = 1_048_576;

function chooseLimit({ finding, owners }: Subject, { limit, raisesHardLimit }: Options): OrderedAction | Refusal {
  const use = finding.process === null ? null : valueOr(finding.process.descriptors, null);
  if (use === null || owners.length === 0) {
    return { why: 'the limit of the process could not be read', hint: 'run as root' };
  }
  const highest = Math.min(use.hardLimit, MOST_DESCRIPTORS);
  const soft = limit ?? (raisesHardLimit ? Math.min(Math.max(use.softLimit * 4, highest), MOST_DESCRIPTORS) : highest);
  if (soft <= use.softLimit) {
    const why = `the limit of the process is ${use.softLimit} already`;
    return { why, hint: raisesHardLimit ? '--limit names a higher one' : '--hard raises the hard limit too' };
  }
  if (soft <= use.hardLimit) return { method: 'limit', soft, hard: use.hardLimit };
  if (raisesHardLimit) return { method: 'limit', soft, hard: soft };
  return {
    why: `${soft} is above the hard limit of the process, ${use.hardLimit}`,
    hint: '--hard raises that one too',
  };
}

function chooseThaw({ finding, owners }: Subject): OrderedAction | Refusal {
  if (finding.cause !== 'process-stopped') return { why: 'its process is not stopped', hint: null };
  const { process } = finding;
  if (process !== null && valueOr(process.state, '') === 't') {
    const hint = `grep TracerPid /proc/${process.pid}/status names it`;
    return { why: 'a debugger holds its process, and decides when it goes on', hint };
  }
  return owners.length === 0 ? NO_START : { method: 'thaw' };
}

function chooseFreeing({ finding, target, owners }: Subject, { acceptsReuse }: Options): OrderedAction | Refusal {
  if (!FORGOTTEN_CAUSES.includes(finding.cause)) {
    const why = `descriptors are given back for ${FORGOTTEN_CAUSES.join(', ')} only, and this is ${finding.cause}`;
    return { why, hint: null };
  }
  if (target.holders.length !== 1) {
    const list = target.holders.map(({ pid, fd }) => `descriptor ${fd} of process ${pid}`);
    const why = target.holders.length === 0 ? 'nobody was seen to have it' : `several have it: ${list.join(', ')}`;
    return { why, hint: null };
  }
  if (owners.length === 0) return NO_START;
  if (acceptsReuse) return { method: 'free-descriptor' };
  return {
    why: 'the danger of a reused number was not accepted',
    hint: '--accept-descriptor-reuse, after reading what it means',
  };
}
