import type { ConnectionPage, HostLook, PageRequest } from '../../tui/model/index.ts';

/** What the process that looks is told at its start, as its one argument. */
export interface LookerOptions {
  readonly from: string | null;
  readonly minAgeMs: number;
  readonly allNamespaces: boolean;
  readonly quick: boolean;
  readonly showArguments: boolean;
}

/** One question to it. The answer has the same number. */
export type LookerRequest =
  | { readonly id: number; readonly ask: 'look' }
  | { readonly id: number; readonly ask: 'page'; readonly request: PageRequest };

/** Its answer; an error of a look is one, a defect ends the process. */
export type LookerAnswer = { readonly id: number } & (
  | { readonly ok: true; readonly value: HostLook | ConnectionPage }
  | {
      readonly ok: false;
      readonly code: 'usage' | 'cannot-look' | 'internal';
      readonly message: string;
      readonly hint: string | null;
    }
);
