import type { ConnectionPage, HostLook } from './host-look.ts';
import type { Size } from './state.ts';

/** Everything that happens to the screens. */
export type TopEvent =
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'looking' }
  | { readonly type: 'looked'; readonly look: HostLook }
  | { readonly type: 'look-failed'; readonly message: string; readonly atMs: number }
  | { readonly type: 'paged'; readonly page: ConnectionPage }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'ticked'; readonly nowMs: number }
  | { readonly type: 'stopped' }
  | { readonly type: 'ended' };
