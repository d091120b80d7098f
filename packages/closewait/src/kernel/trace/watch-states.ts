import { type SetStateEvent, setStateDecoder, type TraceEventDecoder } from '@closewait/core/codec';
import { known, type ObservedChange, type Reading } from '@closewait/core/facts';
import { fromLinuxState } from '@closewait/core/tcp';
import { eventDecoder } from './event-decoder.ts';
import type { TracedEvent } from './trace-session.ts';
import { TraceSession } from './trace-session.ts';

const EVENT = 'sock:inet_sock_set_state';
const TCP_ONLY = 'protocol == 6';

/** Takes every change of state of every TCP socket of the machine: the event does not say in which namespace. */
export class StateWatch implements Disposable {
  readonly changes: ObservedChange[] = [];
  lost = 0;
  lostMore = false;
  readonly #session: TraceSession;
  readonly #decode: TraceEventDecoder<SetStateEvent>;
  readonly #toMs: (ns: bigint) => number;

  private constructor(session: TraceSession, decode: TraceEventDecoder<SetStateEvent>, toMs: (ns: bigint) => number) {
    this.#session = session;
    this.#decode = decode;
    this.#toMs = toMs;
  }

  static open(toMs: (ns: bigint) => number): Reading<StateWatch> {
    const session = TraceSession.open({
      events: [{ system: 'sock', name: 'inet_sock_set_state', filter: TCP_ONLY }],
    });
    if (!session.known) return session;
    const decode = eventDecoder(session.value, EVENT, setStateDecoder);
    if (decode.known) return known(new StateWatch(session.value, decode.value, toMs));
    session.value[Symbol.dispose]();
    return decode;
  }

  poll(): void {
    const { events, lost, lostMore } = this.#session.poll();
    this.lost += lost;
    this.lostMore ||= lostMore;
    for (const event of events) this.#take(event);
  }

  #take({ bytes, atNs }: TracedEvent): void {
    const decoded = this.#decode(bytes);
    if (!decoded.ok) return;
    const { tid, socket, oldState, newState, local, remote } = decoded.value;
    const [from, to] = [fromLinuxState(oldState), fromLinuxState(newState)];
    if (from === null || to === null) return;
    this.changes.push({ atMs: this.#toMs(atNs), tid, socket: socket.toString(16), from, to, local, remote });
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
