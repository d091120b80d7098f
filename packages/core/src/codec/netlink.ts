import { type Decoded, decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
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

/** The messages of one datagram. A header whose length does not fit is a problem: nothing after it can be trusted. */
export function splitNetlinkMessages(datagram: Uint8Array): Decoded<readonly NetlinkMessage[]> {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const messages: NetlinkMessage[] = [];
  let offset = 0;
  while (offset < datagram.length) {
    const rest = datagram.length - offset;
    if (rest < NLMSG_HEADER_BYTES) {
      return problem('struct nlmsghdr', offset, `${NLMSG_HEADER_BYTES} bytes`, `${rest}`);
    }
    const length = view.getUint32(offset, HOST_IS_LITTLE_ENDIAN);
    if (length < NLMSG_HEADER_BYTES || length > rest) {
      return problem('nlmsg_len', offset, `${NLMSG_HEADER_BYTES} to ${rest}`, `${length}`);
    }
    messages.push({
      type: view.getUint16(offset + 4, HOST_IS_LITTLE_ENDIAN),
      flags: view.getUint16(offset + 6, HOST_IS_LITTLE_ENDIAN),
      sequence: view.getUint32(offset + 8, HOST_IS_LITTLE_ENDIAN),
      portId: view.getUint32(offset + 12, HOST_IS_LITTLE_ENDIAN),
      payload: datagram.subarray(offset + NLMSG_HEADER_BYTES, offset + length),
    });
    // The padding of the last message may be left out.
    offset += alignToFour(length);
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
