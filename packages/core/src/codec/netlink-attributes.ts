import { type Decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';

/** Netlink pads messages and attributes to four bytes (NLMSG_ALIGN, NLA_ALIGN). */
export function alignToFour(length: number): number {
  return (length + 3) & ~3;
}

/** A place in a row of attributes (struct nlattr); {@link nextAttribute} moves it, so that a walk allocates nothing. */
export interface AttributeCursor {
  /** Where the next attribute's header is. */
  next: number;
  readonly end: number;
  type: number;
  valueStart: number;
  valueEnd: number;
}

/** A cursor before the first attribute of the bytes from `start` to `end`. */
export function attributesBetween(start: number, end: number): AttributeCursor {
  return { next: start, end, type: 0, valueStart: start, valueEnd: start };
}

const NLA_HEADER_BYTES = 4;
/** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
const NLA_TYPE_MASK = 0x3fff;

/** Moves to the next attribute; `cut` where its header or its value does not fit into what is left. */
export function nextAttribute(view: DataView, cursor: AttributeCursor): 'attribute' | 'end' | 'cut' {
  const start = cursor.next;
  if (start >= cursor.end) return 'end';
  if (cursor.end - start < NLA_HEADER_BYTES) return 'cut';
  const length = view.getUint16(start, HOST_IS_LITTLE_ENDIAN);
  if (length < NLA_HEADER_BYTES || start + length > cursor.end) return 'cut';
  cursor.type = view.getUint16(start + 2, HOST_IS_LITTLE_ENDIAN) & NLA_TYPE_MASK;
  cursor.valueStart = start + NLA_HEADER_BYTES;
  cursor.valueEnd = start + length;
  cursor.next = start + alignToFour(length);
  return 'attribute';
}

/** The problem of a walk that answered `cut`, in a message that starts at `base`. */
export function attributeProblem(cursor: AttributeCursor, base: number): Decoded<never> {
  return problem(
    'struct nlattr',
    cursor.next - base,
    'an attribute that fits',
    `${cursor.end - cursor.next} bytes left`,
  );
}
