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

/** A 64-bit counter as a number: exact to 2^53, beyond that the nearest one. A bigint costs an object each. */
export function getCounter(view: DataView, offset: number): number {
  const low = view.getUint32(offset, HOST_IS_LITTLE_ENDIAN);
  const high = view.getUint32(offset + 4, HOST_IS_LITTLE_ENDIAN);
  return high === 0 ? low : high * 0x1_0000_0000 + low;
}
