import { type CauseId, type ConnectionIdentity, valueOr } from '../facts/index.ts';
import { AUTO } from './choose-auto.ts';
import { isConnection, type Order, type OrderedAction, type OrderOptions, type Refusal } from './order.ts';

/** What an order is about, before it is decided. */
type About = Pick<Order, 'finding' | 'target' | 'seen' | 'owners'>;

/** The order with the other side of the relay, where there is one. */
type Options = OrderOptions & { readonly leg: ConnectionIdentity | null };

/** Causes whose evidence says that nobody uses the descriptor any more. */
const FORGOTTEN: readonly CauseId[] = ['descriptor-leaked', 'close-missing', 'closed-but-held'];

/** The action that an order means for one connection, or why there is none. */
export function chooseAction(about: About, options: Options): OrderedAction | Refusal {
  const { method } = options;
  if (method === 'auto') return chooseByCause(about, options);
  if (!isConnection(about.target) && method !== 'free-descriptor') {
    return {
      why: 'the kernel has ended the connection already, and the program has the descriptor still',
      hint: hintOf(about, 'restart', '--with free-descriptor gives it back'),
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

function chooseByCause(about: About, options: Options): OrderedAction | Refusal {
  const { cause, confidence } = about.finding;
  const choice = AUTO[cause];
  if ('why' in choice) return { why: choice.why, hint: hintOf(about, choice.helps, choice.also) };
  if (confidence === 'possible') {
    return {
      why: `the cause is only possible, and what helps depends on it (${choice.method} for ${cause})`,
      hint: `--with ${choice.method} does it all the same`,
    };
  }
  return chooseAction(about, { ...options, method: choice.method });
}

/** `systemctl restart orders.service; --with shutdown ends …`: the command first. */
function hintOf({ finding }: About, helps: 'restart' | 'nothing' | null, also: string | null): string | null {
  const restart = helps === 'restart' ? (restartCommandOf(finding) ?? 'restart the program') : null;
  const parts = [restart, also].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('; ');
}

/** The command that restarts the owner's unit or container; null where there is none to paste. */
export function restartCommandOf({ remedies }: About['finding']): string | null {
  return remedies.find(({ id }) => id === 'restart')?.command ?? null;
}

const NO_DESCRIPTOR: Refusal = {
  why: 'no process has a descriptor of it that could be copied',
  hint: '--with destroy needs none',
};
const NO_START: Refusal = {
  why: 'since when its process runs could not be read, so it could not be known again',
  hint: 'run as root',
};

function chooseShutdown({ finding, target, owners }: About, { direction, leg }: Options): OrderedAction | Refusal {
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

function chooseTimeout({ target, owners, seen }: About, { timeoutMs }: Options): OrderedAction | Refusal {
  if (target.holders.length === 0) return NO_DESCRIPTOR;
  if (owners.length === 0) return NO_START;
  return { method: 'timeout', timeoutMs, keepalive: (seen?.txQueueBytes ?? 0) === 0 };
}

/** More than this the kernel gives nobody unless fs.nr_open is raised (its default, fs/file.c). */
const MOST_DESCRIPTORS = 1_048_576;

function chooseLimit({ finding, owners }: About, { limit, raisesHardLimit }: Options): OrderedAction | Refusal {
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

function chooseThaw({ finding, owners }: About): OrderedAction | Refusal {
  if (finding.cause !== 'process-stopped') return { why: 'its process is not stopped', hint: null };
  const { process } = finding;
  if (process !== null && valueOr(process.state, '') === 't') {
    const hint = `grep TracerPid /proc/${process.pid}/status names it`;
    return { why: 'a debugger holds its process, and decides when it goes on', hint };
  }
  return owners.length === 0 ? NO_START : { method: 'thaw' };
}

function chooseFreeing({ finding, target, owners }: About, { acceptsReuse }: Options): OrderedAction | Refusal {
  if (!FORGOTTEN.includes(finding.cause)) {
    const why = `descriptors are given back for ${FORGOTTEN.join(', ')} only, and this is ${finding.cause}`;
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
