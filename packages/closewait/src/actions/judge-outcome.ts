import type { ActionOutcome, OutcomeKind, SocketTimer } from '@closewait/core/facts';
import type { Order, Sighting } from '@closewait/core/orders';
import type { Acted } from './acted.ts';

const LOOK_AGAIN = 'look again: closewait';

/** What became of an order: what the call answered, and where the kernel took it, what was seen afterwards; `timer` as well. */
export function judgeOutcome(
  { action, frees, target }: Order,
  acted: Acted,
  after: Sighting,
  timer: SocketTimer | null,
): ActionOutcome {
  if (acted.kind === 'changed') return orGone(acted, after);
  if (acted.kind === 'already-gone' && isOfConnection(action)) return orStays(acted, after);
  if (acted.kind !== 'done') return acted;
  switch (action?.method) {
    case 'limit':
      // Read back where it was set.
      return { kind: 'ended', detail: `${acted.says}; ${stateOf(after)}` };
    case 'thaw':
      return judgeThaw(acted.says, after);
    default: {
      const kind = hasLeft(after) ? 'ended' : 'unconfirmed';
      const kept = after.descriptor === 'open' ? `; ${descriptorsOf(target.holders)} open still` : '';
      const free = after.descriptor === 'free' || after.descriptor === 'other' ? '; the descriptor is closed' : '';
      const unread = after.descriptor === null ? '; whether the descriptor is open could not be read' : '';
      const gone = after.ownerRuns === false ? '; its process has ended' : '';
      const detail = `${acted.says}: ${stateOf(after)}${kept}${free}${unread}${gone}`;
      if (kind === 'ended') return { kind, detail };
      return { kind, detail, hint: hintOf(action?.method === 'timeout', frees?.connection === 'depends', timer) };
    }
  }
}

/** Its addresses are a listener's where the connection is gone: the kernel says that it is another socket. */
function orGone(outcome: ActionOutcome, { state }: Sighting): ActionOutcome {
  if (state !== 'CLOSED' && state !== 'TIME-WAIT') return outcome;
  const kind: OutcomeKind = 'already-gone';
  return { kind, detail: `${outcome.detail}; the connection has ended` };
}

function isOfConnection(action: Order['action']): boolean {
  return action?.method === 'destroy' || action?.method === 'shutdown' || action?.method === 'timeout';
}

/** A call may not find what the kernel lists, and an owner may have ended while another process has the connection. */
function orStays(outcome: ActionOutcome, { state }: Sighting): ActionOutcome {
  if (state !== 'CLOSE-WAIT') return outcome;
  return { kind: 'changed', detail: `${outcome.detail}; the connection is in CLOSE-WAIT still`, hint: LOOK_AGAIN };
}

function hasLeft({ state }: Sighting): boolean {
  return state !== null && state !== 'CLOSE-WAIT';
}

function judgeThaw(says: string, after: Sighting): ActionOutcome {
  const detail = `${says}; ${stateOf(after)}`;
  if (after.goesOn === true) return { kind: 'ended', detail: `${says}: it runs again; ${stateOf(after)}` };
  const why =
    after.goesOn === null ? 'whether the process runs again could not be read' : 'the process is stopped still';
  return { kind: 'unconfirmed', detail: `${detail}; ${why}`, hint: 'closewait explain pid:… says what holds it' };
}

/** What is seen of the connection, and of the other side of a relay. */
function stateOf({ state, leg }: Sighting): string {
  const own = spell('the connection', state);
  return leg === null ? own : `${own}; ${spell('the other side', leg)}`;
}

function spell(what: string, state: Sighting['state']): string {
  switch (state) {
    case null:
      return `${what} could not be looked at again`;
    case 'CLOSED':
    case 'TIME-WAIT':
      return `${what} is gone`;
    case 'another':
      return `${what} is gone, and another one has its addresses`;
    case 'LAST-ACK':
      return `${what} is in LAST-ACK: the kernel still sends the FIN, and nobody acknowledges it`;
    default:
      return `${what} is in ${state}`;
  }
}

function descriptorsOf(holders: Order['target']['holders']): string {
  const [only] = holders;
  return only !== undefined && holders.length === 1
    ? `descriptor ${only.fd} of process ${only.pid} is`
    : `${holders.length} descriptors are`;
}

function hintOf(isTimeout: boolean, depends: boolean, timer: SocketTimer | null): string {
  if (!isTimeout) return LOOK_AGAIN;
  if (depends) return 'a peer that lives answers every probe: it ends only where the peer has gone';
  const ms = timer === null || timer.kind === 'none' ? 0 : timer.expiresMs;
  return ms > 0
    ? `the kernel looks when its timer fires, in ${Math.ceil(ms / 1000)} s; --with destroy ends it at once`
    : LOOK_AGAIN;
}
