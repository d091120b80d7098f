import { writeFileSync } from 'node:fs';
import type { SynFinSettings } from '@closewait/core/experiment';

const FOLDER = '/proc/sys/net/ipv4';

/** Documentation/networking/ip-sysctl.rst. Fast Open 3: both as a client and as a server, with cookies. */
const VALUES: Readonly<Record<SynFinSettings, Readonly<Record<string, string>>>> = {
  'cookies-0': { tcp_syncookies: '0', tcp_fastopen: '0' },
  // The default: cookies when the queue of requests overflows, which one segment does not make it do.
  'cookies-1': { tcp_syncookies: '1', tcp_fastopen: '0' },
  // Always: the way that 1 goes when the queue has overflowed.
  'cookies-2': { tcp_syncookies: '2', tcp_fastopen: '0' },
  'fast-open': { tcp_syncookies: '1', tcp_fastopen: '3' },
};

/** Sets them in the network namespace of the calling thread, whose /proc/sys/net this is; throws what node:fs throws. */
export function applySettings(settings: SynFinSettings): void {
  for (const [name, value] of Object.entries(VALUES[settings])) writeFileSync(`${FOLDER}/${name}`, value);
}
