/**
 * Netlink and struct tcp_info are in the byte order of the host that filled them in; only addresses and ports are in
 * network order. closewait runs on little-endian hosts (x86-64, arm64), and its recordings hold little-endian bytes
 * whatever reads them, so the order is a constant and this is its one place. It is the last argument of DataView's
 * getters and setters.
 */
export const HOST_IS_LITTLE_ENDIAN = true;
