/** The options of a TCP header that say something about a connection; null where it has none. */
export interface TcpOptions {
  /** Maximum segment size, RFC 9293 section 3.7.1. */
  readonly maximumSegmentBytes: number | null;
  /** Shift count, RFC 7323 section 2. */
  readonly windowScale: number | null;
  /** RFC 2018 section 2. */
  readonly sackPermitted: boolean;
  /** TSval and TSecr, RFC 7323 section 3. */
  readonly timestamps: { readonly value: number; readonly echo: number } | null;
  /** TCP Fast Open cookie, RFC 7413 section 4.1.1: empty bytes are a request for one. */
  readonly fastOpenCookie: Uint8Array | null;
}

/** IANA, TCP Option Kind Numbers. */
const KIND = {
  end: 0,
  noOperation: 1,
  maximumSegment: 2,
  windowScale: 3,
  sackPermitted: 4,
  timestamps: 8,
  fastOpen: 34,
};

/** The options as far as they can be followed: a length that does not fit ends the walk, as it does in the kernel. */
export function decodeTcpOptions(bytes: Uint8Array): TcpOptions {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let maximumSegmentBytes: number | null = null;
  let windowScale: number | null = null;
  let sackPermitted = false;
  let timestamps: TcpOptions['timestamps'] = null;
  let fastOpenCookie: Uint8Array | null = null;
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at];
    if (kind === KIND.end) break;
    if (kind === KIND.noOperation) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) break;
    if (kind === KIND.maximumSegment && length === 4) maximumSegmentBytes = view.getUint16(at + 2);
    else if (kind === KIND.windowScale && length === 3) windowScale = view.getUint8(at + 2);
    else if (kind === KIND.sackPermitted && length === 2) sackPermitted = true;
    else if (kind === KIND.timestamps && length === 10) {
      timestamps = { value: view.getUint32(at + 2), echo: view.getUint32(at + 6) };
    } else if (kind === KIND.fastOpen) fastOpenCookie = bytes.slice(at + 2, at + length);
    at += length;
  }
  return { maximumSegmentBytes, windowScale, sackPermitted, timestamps, fastOpenCookie };
}
