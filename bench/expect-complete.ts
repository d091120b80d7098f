import type { ConnectionRow, Report } from '@closewait/core/report';
import { type Ended, run } from '../test/support/run.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import type { Scene, ScenePlace } from './scene.ts';
import type { Tool } from './tools.ts';

const RUN_DEADLINE_MS = 120_000;
/** Until all are old enough to be shown. */
const DEADLINE_MS = 10_000;
const NOTHING_STUCK = 0;
const FINDINGS = 1;

/**
 * Rejects where the tool does not see the whole scene: its time would say nothing. Waits for what is too young to be
 * shown, at most `deadlineMs`. Only of closewait, whose output is made for programs.
 */
export async function expectComplete(
  { name, command, env, prints }: Tool,
  scene: Scene,
  place: ScenePlace,
  deadlineMs: number = DEADLINE_MS,
): Promise<void> {
  if (prints === undefined) return;
  const options = { deadlineMs: RUN_DEADLINE_MS, ...(env === undefined ? {} : { env }) };
  let said = '';
  const isComplete = async (): Promise<boolean> => {
    const ended = await run(place.inside(command), options);
    const seen = prints === 'rows' ? countRows(ended, place.inode) : countReported(ended, scene.sockets, place.inode);
    said = `${JSON.stringify(seen)}, exit code ${ended.exitCode}, ${ended.stderr.slice(0, 500)}`;
    // Others may hold some.
    const exitCodes = seen.connections > 0 ? [FINDINGS] : [NOTHING_STUCK, FINDINGS];
    return seen.connections === scene.sockets && seen.owned === scene.sockets && exitCodes.includes(ended.exitCode);
  };
  await waitUntil('all are seen', isComplete, deadlineMs).catch((cause: unknown) => {
    throw new Error(`${name}: of ${scene.sockets} connections it sees ${said}`, { cause });
  });
}

interface Seen {
  readonly connections: number;
  readonly owned: number;
}

function countRows({ stdout }: Ended, inode: number): Seen {
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it prints is held against its schema elsewhere
    .map((line) => JSON.parse(line) as ConnectionRow)
    .filter(({ netns }) => netns === inode);
  return { connections: rows.length, owned: rows.filter(({ owners }) => owners.length === 1).length };
}

/** A report also counts what others hold; their findings are in other namespaces. */
function countReported({ stdout }: Ended, sockets: number, inode: number): Seen {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it prints is held against its schema elsewhere
  const { totals, findings } = JSON.parse(stdout) as Report;
  const here = findings.filter(({ connections, process }) => connections[0]?.netns === inode && process !== null);
  return {
    connections: Math.min(totals.closeWait, sockets),
    owned: here.reduce((sum, { count }) => sum + count, 0),
  };
}
