import { decodeSocketsInUse } from '@closewait/core/codec';
import type { KernelSource, NamespaceRef, NetworkFile } from '@closewait/core/facts';

/** All TCP sockets of a namespace but request sockets and those in TIME-WAIT; null where the kernel does not tell. */
export function countInUse(source: KernelSource, namespace: NamespaceRef): number | null {
  const ofFamily = (name: NetworkFile): number | null => {
    const bytes = source.readNetworkFile(namespace, name);
    const count = bytes.known ? decodeSocketsInUse(bytes.value) : null;
    return count?.ok === true ? count.value : null;
  };
  const ipv4 = ofFamily('sockstat');
  const ipv6 = ofFamily('sockstat6');
  return ipv4 === null || ipv6 === null ? null : ipv4 + ipv6;
}
