import { type CauseId, valueOr } from '../facts/index.ts';
import type { Candidate, PolicyAction, RuleMethod } from './policy.ts';

/** What a rule's method comes to for one connection: an action, or why there is none. */
export type ChosenAction = { readonly action: PolicyAction } | { readonly why: string };

/** A blocked writer that gets nothing acknowledged for so long is given up. Milliseconds. */
const PATIENCE_MS = 30_000;

const OWNER: ChosenAction = { why: 'nothing that is done to the connection gives back what its program holds' };

/**
 * What `auto` does: what gives back everything that is lost with a connection, as measured (docs/remedies.md), and acts on that
 * connection alone. Otherwise nothing: to end what is leaked takes it off the list of CLOSE-WAIT and leaves the descriptor lost, limits and
 * stops belong to a whole process, and somebody may have set them on purpose. A rule that wants one of these names it.
 */
const AUTO: Readonly<Record<CauseId, ChosenAction>> = {
  'process-stopped': { why: 'the process is stopped, and somebody may have had a reason; thaw lets it go on' },
  'descriptor-limit': { why: 'the limit belongs to the process; limit raises it' },
  'never-accepted': { why: 'ending it leaves its place in the accept queue taken' },
  'holder-hidden': { why: 'whoever has it was not seen' },
  'inherited-descriptor': OWNER,
  'half-close-in-use': { why: 'it is in use' },
  // Measured: the writer wakes with ETIMEDOUT and closes; a peer that reads again in time loses nothing.
  'writer-blocked': { action: { method: 'timeout', timeoutMs: PATIENCE_MS } },
  'half-closed-relay': { why: 'a relay is freed through its other connection, the one in FIN-WAIT-2' },
  'event-loop-stalled': OWNER,
  'eof-spin': OWNER,
  'interest-lost': OWNER,
  'idle-pool': { why: 'it is harmless: the pool closes it when it takes it the next time' },
  'worker-stuck': OWNER,
  'reader-paused': { why: 'the program may still want what it has not read' },
  'descriptor-leaked': OWNER,
  'close-missing': OWNER,
  'closed-but-held': { why: 'the connection has ended already' },
  undetermined: { why: 'the cause is not known' },
};

/** The action of a method for a connection. */
export function chooseAction(method: Exclude<RuleMethod, { method: 'none' }>, candidate: Candidate): ChosenAction {
  const chosen = method.method === 'auto' ? AUTO[candidate.finding.cause] : { action: method };
  if ('why' in chosen) return { why: `auto does nothing: ${chosen.why}` };
  const obstacle = obstacleTo(chosen.action, candidate);
  return obstacle === null ? chosen : { why: `${chosen.action.method} cannot be used: ${obstacle}` };
}

/** Causes for which closing the descriptor is known to take nothing from the program. */
const FORGOTTEN: readonly CauseId[] = ['descriptor-leaked', 'close-missing'];

function obstacleTo(action: PolicyAction, { finding, connection }: Candidate): string | null {
  const { holders } = connection;
  switch (action.method) {
    case 'destroy':
      return null;
    case 'shutdown':
    case 'timeout':
      return holders.length === 0 ? 'no process has a descriptor of it' : null;
    case 'free-descriptor':
      if (!FORGOTTEN.includes(finding.cause)) return `the cause is none of ${FORGOTTEN.join(' and ')}`;
      return holders.length === 1 ? null : `${holders.length} descriptors refer to it, not one`;
    case 'thaw':
      return finding.cause === 'process-stopped' ? null : 'the process is not stopped';
    case 'limit': {
      const use = finding.process === null ? null : valueOr(finding.process.descriptors, null);
      if (use === null) return 'the limit of the process could not be read';
      return use.softLimit < action.limit ? null : `the limit of the process is not below ${action.limit}`;
    }
    default:
      return action satisfies never;
  }
}

/** These act on the whole process: once is enough for all of its connections. */
export function isForProcess({ method }: PolicyAction): boolean {
  return method === 'limit' || method === 'thaw';
}
