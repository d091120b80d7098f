import type { TcpState } from '@closewait/core/tcp';

/** A TCP socket of the trial's namespace, as far as the experiment looks at it. */
export interface LabSocket {
  readonly state: TcpState;
  readonly localPort: number;
  /** 0: not accepted yet, or a request. */
  readonly inode: number;
  /** Of a listener: connections that wait for accept(2). */
  readonly rxQueueBytes: number;
  /** SK_MEMINFO_DROPS; null where the kernel does not tell. */
  readonly drops: number | null;
}

/** Every IPv4 TCP socket of the network namespace that path and inode name, listeners and requests too. */
export type ReadLabSockets = (network: { readonly path: string; readonly inode: number }) => readonly LabSocket[];
