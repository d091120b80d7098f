import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText, lineValue, parseWhole } from './text.ts';

/**
 * How many descriptors lie in the receive queue of a Unix socket, sent (SCM_RIGHTS, unix(7)) and not yet received: in
 * no descriptor table, and open. From `/proc/PID/fdinfo/FD` of the receiver, unix_show_fdinfo (net/unix/af_unix.c); the
 * sender's says 0. A listener's counts what waits in connections that are not accepted. Null for other files, and for
 * kernels before 5.7.
 */
export function decodeDescriptorsInFlight(bytes: Uint8Array): Decoded<number | null> {
  const value = lineValue(decodeText(bytes), 'scm_fds: ');
  if (value === null) return decoded(null);
  const count = parseWhole(value);
  return count === null
    ? problem('/proc/PID/fdinfo of a Unix socket', 0, 'a number', quoteInput(value))
    : decoded(count);
}
