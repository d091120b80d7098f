import { decodeTcpInfo } from '@closewait/core/codec';
import type { Holder, KernelSource } from '@closewait/core/facts';
import { shutdownForeign } from '../ffi/index.ts';

/**
 * What became of an attempt to end a connection; looked at again afterwards, so this is what was observed.
 *
 * - `ended`: the connection is no longer in CLOSE-WAIT. `descriptorOpen` says whether its holder still has the descriptor.
 * - `changed`: the descriptor leads to another file by now, or the socket was in another state: nothing was done.
 * - `remains`: the call succeeded, and the socket is in CLOSE-WAIT still.
 */
export type ShutdownOutcome =
  | { readonly kind: 'ended'; readonly descriptorOpen: boolean }
  | { readonly kind: 'changed'; readonly detail: string }
  | { readonly kind: 'remains' }
  | { readonly kind: 'denied' | 'unsupported'; readonly detail: string };

/**
 * Ends a connection in CLOSE-WAIT by shutdown(2) through a copy of its holder's descriptor. Whether it is the socket that
 * was meant is asked at the moment of acting. Measured: the connection goes, the descriptor stays. Needs CAP_SYS_PTRACE.
 */
export function shutDown(source: KernelSource, holder: Holder, inode: number): ShutdownOutcome {
  const before = source.readTcpInfo(holder, inode);
  if (!before.known) {
    return before.why === 'denied' || before.why === 'unsupported'
      ? { kind: before.why, detail: before.detail }
      : { kind: 'changed', detail: before.detail };
  }
  const state = decodeTcpInfo(before.value);
  if (!state.ok || state.value.state !== 'CLOSE-WAIT') {
    return { kind: 'changed', detail: `the socket is in ${state.ok ? state.value.state : 'an unknown state'}` };
  }
  const done = shutdownForeign(holder, inode);
  if (!done.ok) return { kind: done.errno === 'EPERM' ? 'denied' : 'changed', detail: `${done.op}: ${done.errno}` };
  const after = source.readTcpInfo(holder, inode);
  if (!after.known) return { kind: 'ended', descriptorOpen: false };
  const now = decodeTcpInfo(after.value);
  return now.ok && now.value.state === 'CLOSE-WAIT' ? { kind: 'remains' } : { kind: 'ended', descriptorOpen: true };
}
