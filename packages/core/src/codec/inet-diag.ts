import type { DumpExtension, SocketFacts } from '../facts/index.ts';
import { fromLinuxState } from '../tcp/index.ts';
import { type Decoded, decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN, viewOf } from './host-bytes.ts';
import { AT, MESSAGE_BYTES, TIMERS } from './inet-diag-layout.ts';
import { AF_INET, AF_INET6, INET_DIAG_INFO } from './inet-diag-request.ts';
import { type DumpOrigin, InetDiagSocket } from './inet-diag-socket.ts';
import type { AddressTexts } from './ip-address.ts';
import { attributeProblem, attributesBetween, nextAttribute } from './netlink-attributes.ts';

/** The kernel's number of a message's state, without decoding the rest; 0, which is no state, for a cut message. */
export function peekInetDiagState(payload: Uint8Array): number {
  return payload[AT.state] ?? 0;
}

/** The socket's inode number without decoding the rest; 0, which is no inode, for a cut message. */
export function peekInetDiagInode(payload: Uint8Array): number {
  if (payload.length < MESSAGE_BYTES) return 0;
  return viewOf(payload.buffer).getUint32(payload.byteOffset + AT.inode, HOST_IS_LITTLE_ENDIAN);
}

/** The local port without decoding the rest; 0 for a cut message. */
export function peekInetDiagPort(payload: Uint8Array): number {
  if (payload.length < MESSAGE_BYTES) return 0;
  return viewOf(payload.buffer).getUint16(payload.byteOffset + AT.localPort);
}

/** Whether data waits that the peer does not take: the persist timer runs and the send queue is not empty. */
export function isPersistWaiting(payload: Uint8Array): boolean {
  if (payload.length < MESSAGE_BYTES || TIMERS[payload[AT.timer] ?? 0] !== 'persist') return false;
  return viewOf(payload.buffer).getUint32(payload.byteOffset + AT.txQueue, HOST_IS_LITTLE_ENDIAN) > 0;
}

/** Decodes the sockets of one dump. */
export class InetDiagDecoder {
  readonly #origin: DumpOrigin;

  constructor(origin: DumpOrigin) {
    this.#origin = origin;
  }

  /**
   * One socket: the payload of a SOCK_DIAG_BY_FAMILY message, struct inet_diag_msg and its attributes
   * (linux/inet_diag.h), from `start` to `end` in `view`. A missing or unusable extension is an unknown reading of the
   * socket; a message that is cut, or whose family, state or timer is none, is a problem. Checked here once, decoded when
   * it is asked for.
   */
  decode(view: DataView, start: number, end: number): Decoded<SocketFacts> {
    if (end - start < MESSAGE_BYTES) {
      return problem('struct inet_diag_msg', 0, `${MESSAGE_BYTES} bytes`, `${end - start}`);
    }
    const family = view.getUint8(start + AT.family);
    if (family !== AF_INET && family !== AF_INET6) {
      return problem('idiag_family', AT.family, `${AF_INET} or ${AF_INET6}`, `${family}`);
    }
    const state = view.getUint8(start + AT.state);
    if (fromLinuxState(state) === null) return problem('idiag_state', AT.state, '1 to 13', `${state}`);
    const timer = view.getUint8(start + AT.timer);
    if (timer >= TIMERS.length) return problem('idiag_timer', AT.timer, '0 to 4', `${timer}`);
    let infoStart = 0;
    let infoEnd = 0;
    const cursor = attributesBetween(start + MESSAGE_BYTES, end);
    for (let step = nextAttribute(view, cursor); step !== 'end'; step = nextAttribute(view, cursor)) {
      if (step === 'cut') return attributeProblem(cursor, start);
      if (cursor.type !== INET_DIAG_INFO) continue;
      infoStart = cursor.valueStart;
      infoEnd = cursor.valueEnd;
    }
    return decoded(new InetDiagSocket(this.#origin, view, { start, end, infoStart, infoEnd }));
  }
}

/** {@link InetDiagDecoder} for one message. */
export function decodeInetDiagMessage(
  payload: Uint8Array,
  netns: number,
  extensions: readonly DumpExtension[],
  addresses: AddressTexts,
): Decoded<SocketFacts> {
  const decoder = new InetDiagDecoder({ netns, extensions, addresses });
  return decoder.decode(viewOf(payload.buffer), payload.byteOffset, payload.byteOffset + payload.length);
}
