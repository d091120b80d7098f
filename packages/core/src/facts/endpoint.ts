import type { Endpoint } from './socket.ts';

/**
 * `192.0.2.1:443`, `[2001:db8::1]:443`: RFC 3986 section 3.2.2 brackets an address with colons.
 *
 * @example
 * formatEndpoint({ address: '::1', port: 80 }) // '[::1]:80'
 */
export function formatEndpoint(end: Endpoint): string {
  return end.address.includes(':') ? `[${end.address}]:${end.port}` : `${end.address}:${end.port}`;
}

/** The IPv4 address of an IPv4-mapped one, any other address unchanged: both name the same peer. */
export function unmapAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
