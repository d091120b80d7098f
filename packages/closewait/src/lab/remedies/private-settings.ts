import { writeFileSync } from 'node:fs';
import { ClosewaitError } from '@closewait/core/facts';
import { failureOf, inNetworkNamespace, PacketSocket, type SystemResult } from '../../ffi/index.ts';

/** Set in each private namespace alone: an expired FIN-WAIT-2 and a dead peer take seconds instead of minutes and hours. */
export const REMEDY_SYSCTLS: Readonly<Record<string, number>> = {
  tcp_fin_timeout: 1,
  tcp_keepalive_time: 2,
  tcp_keepalive_intvl: 1,
  tcp_keepalive_probes: 3,
};

/** What a namespace begins with in which the settings are lowered later: Linux's own values of keepalive. */
export const SYSCTLS_BEFORE: Readonly<Record<string, number>> = {
  ...REMEDY_SYSCTLS,
  tcp_keepalive_time: 7200,
  tcp_keepalive_intvl: 75,
  tcp_keepalive_probes: 9,
};

/** Writes settings; /proc/sys/net shows the namespace of the thread that looks (net/sysctl_net.c). */
export function setSysctls(networkPath: string, settings: Readonly<Record<string, number>> = REMEDY_SYSCTLS): void {
  const set = inNetworkNamespace(networkPath, (): SystemResult<void> => {
    for (const [name, value] of Object.entries(settings)) {
      try {
        writeFileSync(`/proc/sys/net/ipv4/${name}`, `${value}\n`);
      } catch (cause) {
        return failureOf(`write ${name}`, cause);
      }
    }
    return { ok: true, value: undefined };
  });
  if (set.ok) return;
  throw new ClosewaitError('cannot-look', `cannot set a sysctl of a private namespace: ${set.op}: ${set.errno}`, {
    ...set,
    hint: 'mount /proc writable, or run as root',
  });
}

/** A packet socket on `lo` of the namespace; every packet comes once. */
export function openPackets(networkPath: string): PacketSocket {
  const opened = inNetworkNamespace(networkPath, () =>
    PacketSocket.open('lo', { layer: 'packets', ignoreOutgoing: true }),
  );
  if (opened.ok) return opened.value;
  throw new ClosewaitError('cannot-look', `cannot open a packet socket: ${opened.op}: ${opened.errno}`, {
    ...opened,
    hint: 'run as root: it needs CAP_NET_RAW',
  });
}
