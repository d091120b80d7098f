import type { Reading } from './reading.ts';

/** What a thread did when somebody looked at it. */
export interface ThreadCallFacts {
  readonly tid: number;
  /** Untrusted text. */
  readonly name: string;
  /** One letter of /proc/PID/stat: R, S, D, T, t. */
  readonly state: string;
  readonly doing: Reading<
    | { readonly kind: 'running' | 'blocked-outside' | 'kernel-worker' }
    | {
        readonly kind: 'in-call';
        /** Null: not in this program's table. */
        readonly name: string | null;
        readonly number: number;
        readonly args: readonly bigint[];
        /** The descriptor that it is about, where its first argument is one. */
        readonly fd: number | null;
      }
  >;
}
