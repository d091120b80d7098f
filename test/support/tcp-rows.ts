import { readFileSync } from 'node:fs';
import { fromLinuxState } from '@closewait/core/tcp';
import { inNetworkNamespace } from '../../packages/closewait/src/ffi/index.ts';
import type { LabConnection } from '../../packages/closewait/src/lab/index.ts';

/** A connection in proc_pid_net(5). */
export interface TcpRow extends LabConnection {
  readonly rxQueueBytes: number;
}

/** All connections of a network namespace, without the kernel room: no listeners, no TIME-WAIT. */
export function readTcpRows(networkPath: string): readonly TcpRow[] {
  const text = inNetworkNamespace(networkPath, () => ({
    ok: true,
    value: ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/thread-self/net/${name}`, 'utf8')),
  }));
  if (!text.ok) throw new Error(`${text.op}: ${text.errno}`);
  return text.value.flatMap((table) => table.trim().split('\n').slice(1)).flatMap(toRow);
}

/** Local and remote end, state, queues: all in hexadecimal. */
function toRow(line: string): readonly TcpRow[] {
  const [, local, remote, number, queues = ''] = line.trim().split(/\s+/);
  const state = fromLinuxState(Number.parseInt(number ?? '', 16));
  if (state === null || state === 'LISTEN' || state === 'TIME-WAIT') return [];
  const rxQueueBytes = Number.parseInt(queues.split(':')[1] ?? '', 16);
  return [{ state, localPort: portOf(local), remotePort: portOf(remote), rxQueueBytes }];
}

function portOf(end = ''): number {
  return Number.parseInt(end.split(':')[1] ?? '', 16);
}
