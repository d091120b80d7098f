import type { TcpFlag } from '@closewait/core/codec';

const ORDER: readonly TcpFlag[] = ['SYN', 'FIN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** The flags as one writes them: `SYN+FIN`; `no flags` for none. */
export function describeFlags(flags: readonly TcpFlag[]): string {
  return ORDER.filter((flag) => flags.includes(flag)).join('+') || 'no flags';
}
