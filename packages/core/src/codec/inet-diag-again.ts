import type { SocketFacts, TcpInfo } from '../facts/index.ts';
import { toLinuxState } from '../tcp/index.ts';
import { getCounter, HOST_IS_LITTLE_ENDIAN, viewOf } from './host-bytes.ts';
import { AT, MESSAGE_BYTES, TIMERS } from './inet-diag-layout.ts';
import { INET_DIAG_INFO } from './inet-diag-request.ts';
import { attributesBetween, nextAttribute } from './netlink-attributes.ts';
import { TCP_INFO_AT, TCP_INFO_BYTES } from './tcp-info.ts';

/** The socket's cookie without decoding the rest; 0, which is no cookie, for a cut message. */
export function peekInetDiagCookie(payload: Uint8Array): bigint {
  return payload.length < MESSAGE_BYTES
    ? 0n
    : viewOf(payload.buffer).getBigUint64(payload.byteOffset + AT.cookie, HOST_IS_LITTLE_ENDIAN);
}

/** The interface that the socket is bound to, by its index; 0: to none, also for a cut message. */
export function peekInetDiagInterface(payload: Uint8Array): number {
  return payload.length < MESSAGE_BYTES
    ? 0
    : viewOf(payload.buffer).getUint32(payload.byteOffset + AT.interface, HOST_IS_LITTLE_ENDIAN);
}

/**
 * How long after `was` this message of the same socket was written, in milliseconds, where nothing happened to the
 * socket in between: same state, queues and timer, and no byte was received, sent or acknowledged. The clock is the
 * kernel's, of the time since data was received. Null where something happened, or cannot be told.
 *
 * A tenth of what decoding costs: on a host with 100,000 stuck sockets nearly all of them are as they were.
 */
export function calmFor(payload: Uint8Array, was: SocketFacts): number | null {
  if (payload.length < MESSAGE_BYTES || !was.info.known) return null;
  const view = viewOf(payload.buffer);
  const at = payload.byteOffset;
  const isAlike =
    view.getUint8(at + AT.state) === toLinuxState(was.state) &&
    view.getUint32(at + AT.rxQueue, HOST_IS_LITTLE_ENDIAN) === was.rxQueueBytes &&
    view.getUint32(at + AT.txQueue, HOST_IS_LITTLE_ENDIAN) === was.txQueueBytes &&
    (TIMERS[view.getUint8(at + AT.timer)] ?? null) === was.timer.kind &&
    (was.timer.kind === 'none' || view.getUint8(at + AT.retransmits) === was.timer.retransmits);
  if (!isAlike) return null;
  const cursor = attributesBetween(at + MESSAGE_BYTES, at + payload.length);
  while (nextAttribute(view, cursor) === 'attribute') {
    if (cursor.type !== INET_DIAG_INFO) continue;
    if (cursor.valueEnd - cursor.valueStart < TCP_INFO_BYTES) return null;
    return calmSince(view, cursor.valueStart, was.info.value);
  }
  return null;
}

function calmSince(view: DataView, start: number, was: TcpInfo): number | null {
  const millisecondsAt = (offset: number): number => view.getUint32(start + offset, HOST_IS_LITTLE_ENDIAN);
  const passedMs = millisecondsAt(TCP_INFO_AT.lastDataReceived) - was.lastDataReceivedMs;
  const isCalm =
    passedMs >= 0 &&
    // What the peer acknowledged or probed moves this clock alone.
    millisecondsAt(TCP_INFO_AT.lastAckReceived) >= was.lastAckReceivedMs &&
    getCounter(view, start + TCP_INFO_AT.bytesReceived) === was.bytesReceived &&
    getCounter(view, start + TCP_INFO_AT.bytesAcked) === was.bytesAcked &&
    getCounter(view, start + TCP_INFO_AT.bytesSent) === was.bytesSent;
  return isCalm ? passedMs : null;
}
