import { ClosewaitError } from '@closewait/core/facts';
import { fromLinuxState, type TcpState } from '@closewait/core/tcp';
import { type ModelAction, type ModelAnswer, type ModelErrno, otherSide, type Side } from '@closewait/core/tcp/linux';
import {
  AF_INET,
  acceptNow,
  bindIpv4,
  closeDescriptor,
  connectIpv4,
  errnoName,
  listenOn,
  openSocket,
  receiveNow,
  resetOnClose,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SOL_TCP,
  type SystemResult,
  sendNow,
  setIntegerOption,
  shutDownSocket,
  TCP_NODELAY,
  tcpStateNumber,
} from '../../ffi/index.ts';
import { must } from './must.ts';
import { SentSegments } from './sent-segments.ts';
import type { SocketName, SocketTable, TableRow } from './socket-table.ts';
import { type EndView, NOTHING_LISTED, type PairView, SIDES } from './views.ts';
import type { Wire } from './wire.ts';
import { ADDRESS, type Pace, within } from './wire-networks.ts';

/** What a run is played on. */
export interface Ground {
  readonly wire: Wire;
  readonly tables: Readonly<Record<Side, SocketTable>>;
}

const BACKLOG = 8;
const ESTALE = 'ESTALE';

/** The real sockets of one run, on ports that only it uses, and the segments between them. */
export class KernelPair implements Disposable {
  readonly #ground: Ground;
  readonly #port: number;
  readonly #pace: Pace;
  readonly #descriptors: Partial<Record<Side | 'listener', number>> = {};
  readonly segments: SentSegments;

  constructor(ground: Ground, port: number, pace: Pace) {
    this.#ground = ground;
    this.#port = port;
    this.#pace = pace;
    this.segments = new SentSegments(ground.wire, port);
  }

  /** Does it, and says what the call answered; null for what is no call. */
  perform(action: ModelAction): ModelAnswer | null {
    switch (action.does) {
      case 'listen':
        return this.#listen();
      case 'accept':
        return this.#accept();
      case 'close listener':
        return answerOf(this.#close('listener'));
      case 'shut down listener':
        return this.#shutDownListener();
      case 'connect listener':
        return answerOf(connectIpv4(this.#of('listener'), this.#end('a')));
      case 'send on listener':
        return answerOf(sendNow(this.#of('listener'), Buffer.alloc(1)));
      case 'connect':
        return answerOf(
          connectIpv4(this.#descriptors[action.at] ?? this.#open(action.at), this.#end(otherSide(action.at))),
        );
      case 'send':
        return answerOf(sendNow(this.#of(action.at), Buffer.alloc(action.bytes)));
      case 'read':
        return answerOf(receiveNow(this.#of(action.at), Buffer.alloc(action.bytes)));
      case 'shutdown':
        return answerOf(shutDownSocket(this.#of(action.at), action.half));
      case 'close':
        return answerOf(this.#close(action.at));
      case 'abort':
        must('set SO_LINGER', resetOnClose(this.#of(action.at)));
        return answerOf(this.#close(action.at));
      case 'destroy':
        return this.#destroy(action.at);
      case 'deliver':
        this.segments.deliver(action.at);
        return null;
      case 'lose':
        this.segments.lose(action.at);
        return null;
      case 'wait':
        return null;
    }
  }

  /** What the kernel shows of both ends now. */
  look(): PairView {
    const listener = this.#descriptors.listener === undefined ? null : this.#tables.b.findListener(this.#end('b'));
    return { a: this.#lookAt('a'), b: this.#lookAt('b'), acceptQueue: listener?.facts.rxQueueBytes ?? null };
  }

  /** Ends what is left of the run, so that a later one with the same ports meets nothing. */
  [Symbol.dispose](): void {
    for (const side of SIDES) {
      const row = this.#find(side);
      if (row !== null) this.#tables[side].destroy(row.facts);
    }
    for (const name of Object.keys(this.#descriptors) as (Side | 'listener')[]) this.#close(name);
    // A child of the listener or an orphan that a descriptor stood for is gone by now, or ends by its own timers.
    for (const side of SIDES) while (this.segments.next(side) !== null);
  }

  get #tables(): Ground['tables'] {
    return this.#ground.tables;
  }

  #end(side: Side): SocketName['local'] {
    return { address: ADDRESS[this.#pace][side], port: this.#port };
  }

  #find(side: Side): TableRow | null {
    return this.#tables[side].find({ family: 'ipv4', local: this.#end(side), remote: this.#end(otherSide(side)) });
  }

  #lookAt(side: Side): EndView {
    const fd = this.#descriptors[side];
    const socket = fd === undefined ? null : stateOf(must('ask for TCP_INFO', tcpStateNumber(fd)));
    const row = this.#find(side);
    if (row === null) return { ...NOTHING_LISTED, socket };
    const { state, inode, rxQueueBytes, txQueueBytes } = row.facts;
    return {
      state,
      entry: row.entry,
      isHeld: inode !== 0,
      unread: rxQueueBytes,
      unacknowledged: txQueueBytes,
      socket,
    };
  }

  #listen(): ModelAnswer {
    const fd = this.#newSocket('b');
    this.#descriptors.listener = fd;
    must('bind a listener', bindIpv4(fd, this.#end('b')));
    return answerOf(listenOn(fd, BACKLOG));
  }

  #accept(): ModelAnswer {
    const accepted = acceptNow(this.#of('listener'));
    if (!accepted.ok) return answerOf(accepted);
    this.#descriptors.b = accepted.value;
    setIntegerOption(accepted.value, SOL_TCP, TCP_NODELAY, 1);
    return 0;
  }

  #open(side: Side): number {
    const fd = this.#newSocket(side);
    this.#descriptors[side] = fd;
    must('bind a socket', bindIpv4(fd, this.#end(side)));
    must('set TCP_NODELAY', setIntegerOption(fd, SOL_TCP, TCP_NODELAY, 1));
    return fd;
  }

  #newSocket(side: Side): number {
    const opened = within(this.#ground.wire.networks[side], () =>
      openSocket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
    );
    const fd = must('open a socket', opened);
    must('set SO_REUSEADDR', setIntegerOption(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    return fd;
  }

  #of(name: Side | 'listener'): number {
    const fd = this.#descriptors[name];
    if (fd === undefined) throw new ClosewaitError('internal', `no descriptor for ${name}`, { op: 'lab model' });
    return fd;
  }

  #close(name: Side | 'listener'): SystemResult<number> {
    const fd = this.#of(name);
    delete this.#descriptors[name];
    return closeDescriptor(fd);
  }

  /** The descriptor stays open, as an unconnected socket's. */
  #shutDownListener(): ModelAnswer {
    return answerOf(shutDownSocket(this.#of('listener'), 'read'));
  }

  #destroy(side: Side): ModelAnswer {
    const row = this.#find(side);
    if (row === null) return ESTALE as ModelErrno;
    const errno = this.#tables[side].destroy(row.facts);
    return errno === 0 ? 0 : (errnoName(errno) as ModelErrno);
  }
}

/** The kernel's own names: one that the model does not know is a disagreement. */
function answerOf(result: SystemResult<number>): ModelAnswer {
  return result.ok ? result.value : (result.errno as ModelErrno);
}

function stateOf(number: number): TcpState {
  const state = fromLinuxState(number);
  if (state === null) throw new ClosewaitError('internal', `TCP_INFO answered the state ${number}`);
  return state;
}
