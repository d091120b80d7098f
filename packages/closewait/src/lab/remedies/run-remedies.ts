import {
  PEERS,
  REMEDIES,
  REMEDIES_SCHEMA_ID,
  type RemediesDocument,
  type RemedyCause,
  type RemedyCell,
  type RemedyId,
} from '@closewait/core/experiment';
import { Stage } from '../stage.ts';
import type { Applies } from './apply-remedy.ts';
import { buildCell, findServed } from './build-cell.ts';
import { type Plan, planRemedies, type Troupe } from './plan.ts';
import { REMEDY_SYSCTLS, SYSCTLS_BEFORE, setSysctls } from './private-settings.ts';
import { SlotLog } from './slot-log.ts';
import type { ReadSockets } from './timeline.ts';
import { isSysctl, TroupePlay, type TroupePlayed, WATCHED_MS } from './troupe.ts';

/** Troupes that play at the same time. They wait most of the time; more make the first seconds of each longer. */
const AT_ONCE = 16;
/** How long a program may take for a step on a busy machine. */
const WITHIN_MS = 30_000;

/** What to measure, and what that needs. */
export interface RemediesRun {
  /** Rows, in their order. */
  readonly causes: readonly RemedyCause[];
  readonly remedies: readonly RemedyId[];
  readonly signal: AbortSignal;
  /** Where Python 3 lies, default /usr/bin/python3. */
  readonly python?: string;
  readonly readSockets: ReadSockets;
  /** Does what is done to one connection from outside; default as the laboratory does it. */
  readonly applies?: Applies;
  /** How many cells of how many are done, parts counted. */
  readonly onProgress: (done: number, total: number) => void;
}

/** What a run has measured; when and where is the caller's to say. */
export type RemediesMeasured = Omit<RemediesDocument, 'takenAt' | 'host'>;

/**
 * Plays every cell of the matrix in private network namespaces, many at the same time, and leaves nothing behind. Needs root,
 * of this machine or of a user namespace, and Python 3.
 *
 * Throws a ClosewaitError: `cannot-look` without the privilege, `usage` where Python is missing, `internal` where a program
 * fails.
 */
export async function runRemedies(run: RemediesRun): Promise<RemediesMeasured> {
  const startedMs = performance.now();
  const plan = planRemedies(run.causes, run.remedies);
  const total = plan.troupes.reduce((sum, { cells }) => sum + cells.length, 0);
  const parts = new Map<Troupe, number>();
  const played = await playAll(plan, run, (troupe, part) => {
    parts.set(troupe, part);
    run.onProgress(
      [...parts].reduce((sum, [{ cells }, done]) => sum + cells.length * done, 0),
      total,
    );
  });
  return {
    schema: REMEDIES_SCHEMA_ID,
    tookMs: Math.round(performance.now() - startedMs),
    watchedMs: WATCHED_MS,
    sysctls: REMEDY_SYSCTLS,
    causes: run.causes,
    remedies: REMEDIES.filter(({ id }) => id === 'none' || run.remedies.includes(id)),
    peers: PEERS,
    cells: inOrder([...judgeAll(played), ...plan.notApplicable], run.causes),
  };
}

/** The first that fails ends all: their namespaces and programs go with it. */
async function playAll(
  { troupes }: Plan,
  run: RemediesRun,
  onPart: (troupe: Troupe, part: number) => void,
): Promise<readonly TroupePlayed[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([run.signal, failed.signal]);
  const waiting = [...troupes];
  const played: TroupePlayed[] = [];
  const playNext = async (): Promise<void> => {
    for (let troupe = waiting.shift(); troupe !== undefined; troupe = waiting.shift()) {
      const current = troupe;
      played.push(await playTroupe(current, { ...run, signal }, (part) => onPart(current, part)));
    }
  };
  const players = Array.from({ length: AT_ONCE }, () =>
    playNext().catch((cause: unknown) => {
      failed.abort(cause);
      throw cause;
    }),
  );
  const ended = await Promise.allSettled(players);
  // The signal's reason is the first failure; the others only follow it.
  if (ended.some(({ status }) => status === 'rejected')) throw signal.reason;
  return played;
}

async function playTroupe(
  troupe: Troupe,
  { signal, python, readSockets, applies }: RemediesRun,
  onPart: (part: number) => void,
): Promise<TroupePlayed> {
  signal.throwIfAborted();
  const logs = { owner: new SlotLog(), peers: new SlotLog() };
  await using stage = Stage.open({
    signal,
    withinMs: WITHIN_MS,
    python,
    onLine: ({ from, text }) => logs[from === 'peers' ? 'peers' : 'owner'].add(text),
  });
  const isLowered = troupe.cells.some(({ remedy }) => isSysctl(remedy));
  setSysctls(stage.networkPath, isLowered ? SYSCTLS_BEFORE : REMEDY_SYSCTLS);
  const network = { inode: stage.networkInode, path: stage.networkPath };
  return await new TroupePlay(troupe, stage, network, logs, { readSockets, signal, applies }).run(
    stage.networkPath,
    onPart,
  );
}

/** Whether a worker was freed is told by whether it serves where nothing is done. */
function judgeAll(played: readonly TroupePlayed[]): readonly RemedyCell[] {
  const served = new Set(
    played.flatMap((troupe) =>
      troupe.cells.flatMap(({ cell }) =>
        cell.remedy === 'none' && findServed(troupe, cell.slot) !== null ? [`${cell.cause} ${cell.peer}`] : [],
      ),
    ),
  );
  return played.flatMap((troupe) =>
    troupe.cells.map((one) => buildCell(one, troupe, served.has(`${one.cell.cause} ${one.cell.peer}`))),
  );
}

function inOrder(cells: readonly RemedyCell[], causes: readonly RemedyCause[]): readonly RemedyCell[] {
  const rank = ({ cause, remedy, peer }: RemedyCell): number =>
    (causes.indexOf(cause) * REMEDIES.length + REMEDIES.findIndex(({ id }) => id === remedy)) * PEERS.length +
    PEERS.findIndex(({ id }) => id === peer);
  return cells.toSorted((a, b) => rank(a) - rank(b));
}
