import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

const IN_USE = /^TCP6?: inuse (\d{1,10})\b/m;

/**
 * `/proc/net/sockstat` or `/proc/net/sockstat6`: how many TCP sockets of that family are in the kernel's tables
 * (sock_prot_inuse_get, net/ipv4/proc.c): every state but TIME-WAIT, and no request sockets.
 */
export function decodeSocketsInUse(bytes: Uint8Array): Decoded<number> {
  const text = decodeText(bytes);
  const found = IN_USE.exec(text)?.[1];
  return found === undefined
    ? problem('/proc/net/sockstat', 0, 'a line that begins with `TCP: inuse` and a number', quoteInput(text))
    : decoded(Number(found));
}
