import type { CloseOption } from './close-options.ts';
import type { ConnectionList } from './connection-list.ts';
import { type Filter, NO_FILTER } from './filter.ts';
import type { History } from './history.ts';
import type { ConnectionLine, ConnectionPage, HostLook, ProcessKey, ProcessRow } from './host-look.ts';
import type { Sorting } from './sort-rows.ts';
import { WINDOW_START, type Window } from './window.ts';

/** The size of the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** One process, opened. */
export interface ProcessScreen {
  readonly is: 'process';
  /** As it was last seen: a process may end while one reads about it. */
  readonly row: ProcessRow;
  readonly isGone: boolean;
  readonly tab: 'why' | 'connections';
  /** First line of the text. */
  readonly top: number;
  readonly list: ConnectionList;
}

/** How its connections can be ended, and what each way would do: a dry run. */
export interface CloseScreen {
  readonly is: 'close';
  readonly row: ProcessRow;
  /** Null: the whole process. */
  readonly line: ConnectionLine | null;
  readonly options: readonly CloseOption[];
  readonly chosen: number;
  readonly focus: 'options' | 'connections';
  /** What the chosen way would end; null where that is nothing, or cannot be told. */
  readonly list: ConnectionList | null;
  readonly back: ListScreen | ProcessScreen;
}

/** The list of processes. */
export interface ListScreen {
  readonly is: 'list';
}

/** A look that did not succeed; the one before stays on the screen. */
export interface Failure {
  /** Escaped. */
  readonly message: string;
  readonly atMs: number;
}

/** Everything that the screens are drawn from. */
export interface TopState {
  readonly size: Size;
  readonly nowMs: number;
  readonly recording: string | null;
  readonly look: HostLook | null;
  readonly isLooking: boolean;
  readonly failure: Failure | null;
  readonly history: History;
  readonly intervalMs: number;
  readonly isPaused: boolean;
  readonly sorting: Sorting;
  readonly filter: Filter;
  /** Keys go into the filter. */
  readonly isTyping: boolean;
  /** The rows that pass the filter, sorted. */
  readonly visible: readonly ProcessRow[];
  readonly window: Window;
  readonly selected: ProcessKey | null;
  readonly screen: ListScreen | ProcessScreen | CloseScreen;
  /** Of the selected process: who opens it must not wait for the look that is under way. */
  readonly prefetched: ConnectionPage | null;
  readonly hasHelp: boolean;
  readonly isOver: boolean;
  /** A stop (Ctrl-Z) has been asked for. */
  readonly wantsStop: boolean;
}

/** Before the first look. */
export function startState(start: Pick<TopState, 'size' | 'nowMs' | 'recording' | 'intervalMs'>): TopState {
  return {
    ...start,
    look: null,
    isLooking: false,
    failure: null,
    history: new Map(),
    isPaused: false,
    sorting: { by: 'stuck', reversed: false },
    filter: NO_FILTER,
    isTyping: false,
    visible: [],
    window: WINDOW_START,
    selected: null,
    screen: { is: 'list' },
    prefetched: null,
    hasHelp: false,
    isOver: false,
    wantsStop: false,
  };
}
