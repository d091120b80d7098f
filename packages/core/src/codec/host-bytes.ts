/**
 * Netlink and struct tcp_info are in the byte order of the host that filled them in; only addresses and ports are in
 * network order. closewait runs on little-endian hosts (x86-64, arm64), and its recordings hold little-endian bytes
 * whatever reads them, so the order is a constant and this is its one place. It is the last argument of DataView's
 * getters and setters.
 */
export const HOST_IS_LITTLE_ENDIAN = true;

let latest: DataView = new DataView(new ArrayBuffer(0));

/**
 * A view of a whole buffer: what lies in it is at `bytes.byteOffset`. The latest one is kept, because the messages of a
 * datagram share its buffer and a new view costs 200 ns (V8 13.6), a fifth of the decoding of a socket.
 */
export function viewOf(buffer: ArrayBufferLike): DataView {
  if (latest.buffer !== buffer) latest = new DataView(buffer);
  return latest;
}

const SMALL: readonly bigint[] = Array.from({ length: 256 }, (_, value) => BigInt(value));

/** A 64-bit number. Small ones, which most counters of most sockets are, are shared: half the time, and no garbage. */
export function getUint64(view: DataView, offset: number): bigint {
  const value = view.getUint32(offset, HOST_IS_LITTLE_ENDIAN);
  const isSmall = value < SMALL.length && view.getUint32(offset + 4, HOST_IS_LITTLE_ENDIAN) === 0;
  return (isSmall ? SMALL[value] : undefined) ?? view.getBigUint64(offset, HOST_IS_LITTLE_ENDIAN);
}
