import { type Decoded, decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN, viewOf } from './host-bytes.ts';
import { alignToFour, attributeProblem, attributesBetween, nextAttribute } from './netlink-attributes.ts';
import { decodeText } from './text.ts';

/** An acknowledgement or an error, `NLMSG_ERROR` of linux/netlink.h. */
export const NLMSG_ERROR = 2;
/** The end of a dump, `NLMSG_DONE`. */
export const NLMSG_DONE = 3;
/** Message types below this one are netlink's own, `NLMSG_MIN_TYPE`. */
export const NLMSG_MIN_TYPE = 0x10;

/** A request to the kernel. */
export const NLM_F_REQUEST = 0x01;
/** The kernel answers also where all went well: an NLMSG_ERROR with errno 0. */
export const NLM_F_ACK = 0x04;
/** The table changed while it was dumped: rows may be missing or doubled, dump again. */
export const NLM_F_DUMP_INTR = 0x10;
/** `NLM_F_ROOT | NLM_F_MATCH`: all entries. */
export const NLM_F_DUMP = 0x300;
/** The error does not repeat the request's payload. */
export const NLM_F_CAPPED = 0x100;
/** Extended-acknowledgement attributes follow the error. */
export const NLM_F_ACK_TLVS = 0x200;

/** sizeof(struct nlmsghdr). */
export const NLMSG_HEADER_BYTES = 16;

const NLMSGERR_ATTR_MSG = 1;

/** One message of a netlink datagram. `payload` is a view into the datagram, not a copy. */
export interface NetlinkMessage {
  /** `nlmsg_type`. */
  readonly type: number;
  /** `nlmsg_flags`. */
  readonly flags: number;
  /** `nlmsg_seq`: the request that this answers. */
  readonly sequence: number;
  /** `nlmsg_pid`: the netlink port of the receiver, no process id. */
  readonly portId: number;
  readonly payload: Uint8Array;
}

/** What an NLMSG_ERROR or NLMSG_DONE says. */
export interface NetlinkError {
  /** Positive error number; 0 is an acknowledgement, or a dump that ended well. */
  readonly errno: number;
  /** The kernel's own sentence (NETLINK_EXT_ACK), null where it gave none. */
  readonly text: string | null;
}

/**
 * A place in a datagram; {@link nextMessage} moves it, so that a walk over 100,000 messages allocates nothing. Offsets are
 * those of `view`, which is of the datagram's whole buffer.
 */
export interface MessageCursor {
  readonly view: DataView;
  /** Where the next message's header is. */
  next: number;
  readonly end: number;
  /** As in {@link NetlinkMessage}. */
  type: number;
  flags: number;
  sequence: number;
  portId: number;
  payloadStart: number;
  payloadEnd: number;
}

/** A cursor before the first message of a datagram. */
export function messagesOf(datagram: Uint8Array): MessageCursor {
  const start = datagram.byteOffset;
  return {
    view: viewOf(datagram.buffer),
    next: start,
    end: start + datagram.length,
    type: 0,
    flags: 0,
    sequence: 0,
    portId: 0,
    payloadStart: start,
    payloadEnd: start,
  };
}

/** Moves to the next message; `cut` where its header or its length does not fit: nothing after it can be trusted. */
export function nextMessage(cursor: MessageCursor): 'message' | 'end' | 'cut' {
  const { view, next: start, end } = cursor;
  if (start >= end) return 'end';
  if (end - start < NLMSG_HEADER_BYTES) return 'cut';
  const length = view.getUint32(start, HOST_IS_LITTLE_ENDIAN);
  if (length < NLMSG_HEADER_BYTES || length > end - start) return 'cut';
  cursor.type = view.getUint16(start + 4, HOST_IS_LITTLE_ENDIAN);
  cursor.flags = view.getUint16(start + 6, HOST_IS_LITTLE_ENDIAN);
  cursor.sequence = view.getUint32(start + 8, HOST_IS_LITTLE_ENDIAN);
  cursor.portId = view.getUint32(start + 12, HOST_IS_LITTLE_ENDIAN);
  cursor.payloadStart = start + NLMSG_HEADER_BYTES;
  cursor.payloadEnd = start + length;
  // The padding of the last message may be left out.
  cursor.next = start + alignToFour(length);
  return 'message';
}

/** The problem of a walk over `datagram` that answered `cut`. */
export function messageProblem({ view, next, end }: MessageCursor, datagram: Uint8Array): Decoded<never> {
  const offset = next - datagram.byteOffset;
  const rest = end - next;
  if (rest < NLMSG_HEADER_BYTES) return problem('struct nlmsghdr', offset, `${NLMSG_HEADER_BYTES} bytes`, `${rest}`);
  const length = view.getUint32(next, HOST_IS_LITTLE_ENDIAN);
  return problem('nlmsg_len', offset, `${NLMSG_HEADER_BYTES} to ${rest}`, `${length}`);
}

/** The messages of one datagram, an object each: for short answers. A header whose length does not fit is a problem. */
export function splitNetlinkMessages(datagram: Uint8Array): Decoded<readonly NetlinkMessage[]> {
  const messages: NetlinkMessage[] = [];
  const cursor = messagesOf(datagram);
  for (let step = nextMessage(cursor); step !== 'end'; step = nextMessage(cursor)) {
    if (step === 'cut') return messageProblem(cursor, datagram);
    const { type, flags, sequence, portId, payloadStart, payloadEnd } = cursor;
    const start = payloadStart - datagram.byteOffset;
    const payload = datagram.subarray(start, start + payloadEnd - payloadStart);
    messages.push({ type, flags, sequence, portId, payload });
  }
  return decoded(messages);
}

/**
 * The error number and the kernel's text of an NLMSG_ERROR (struct nlmsgerr), or of an NLMSG_DONE: a dump that fails
 * on its way ends with one that carries a negative errno (netlink_dump_done, net/netlink/af_netlink.c).
 */
export function decodeNetlinkError(message: NetlinkMessage): Decoded<NetlinkError> {
  const { payload, type, flags } = message;
  if (type !== NLMSG_ERROR && type !== NLMSG_DONE) {
    return problem('nlmsg_type', 0, 'NLMSG_ERROR or NLMSG_DONE', `${type}`);
  }
  const fixedBytes = type === NLMSG_DONE ? 4 : 4 + NLMSG_HEADER_BYTES;
  if (payload.length < fixedBytes) {
    return problem('struct nlmsgerr', 0, `${fixedBytes} bytes`, `${payload.length}`);
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const error = view.getInt32(0, HOST_IS_LITTLE_ENDIAN);
  if (error > 0 && type === NLMSG_ERROR) {
    return problem('nlmsgerr.error', 0, '0 or a negative errno', `${error}`);
  }
  const errno = error < 0 ? -error : 0;
  if ((flags & NLM_F_ACK_TLVS) === 0) return decoded({ errno, text: null });

  let start = fixedBytes;
  if (type === NLMSG_ERROR && (flags & NLM_F_CAPPED) === 0) {
    // The request is repeated in full before the attributes, its length is in its own header.
    start = 4 + alignToFour(view.getUint32(4, HOST_IS_LITTLE_ENDIAN));
    if (start < fixedBytes || start > payload.length) {
      return problem('nlmsgerr.msg', 4, `a request of at most ${payload.length - 4} bytes`, `${start - 4}`);
    }
  }
  const cursor = attributesBetween(start, payload.length);
  let text: string | null = null;
  for (let step = nextAttribute(view, cursor); step !== 'end'; step = nextAttribute(view, cursor)) {
    if (step === 'cut') return attributeProblem(cursor, 0);
    if (cursor.type === NLMSGERR_ATTR_MSG) text = cString(payload.subarray(cursor.valueStart, cursor.valueEnd));
  }
  return decoded({ errno, text });
}

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeText(end === -1 ? bytes : bytes.subarray(0, end));
}
