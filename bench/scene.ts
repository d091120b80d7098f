import { statSync } from 'node:fs';
import { type Program, startProgram } from '../test/support/program.ts';
import { outputOf } from '../test/support/run.ts';
import { waitUntil } from '../test/support/wait-until.ts';

/** A network namespace that lives as long as the processes in it. */
export interface ScenePlace {
  /** Inode number on nsfs: how the kernel and closewait name it. */
  readonly inode: number;
  /** The command that runs `command` in here. nsenter(1) becomes it, so the process id stays the same. */
  inside(command: readonly string[]): readonly string[];
}

/** What is made for tools to look at. */
export interface Scene {
  /** In CLOSE-WAIT. */
  readonly sockets: number;
  /** That hold them; each at most the hard limit of descriptors, 20,000 in many containers. */
  readonly processes: number;
  /** That are no sockets, in further processes. */
  readonly descriptors: number;
}

/** Unread in every connection: a reader that never read is the most frequent cause. */
const UNREAD_BYTES = 100;
/** Fits below a hard limit of 20,000. */
const DESCRIPTORS_PER_PROCESS = 18_750;

/**
 * Runs `work` beside `processes` processes that hold `sockets` connections in CLOSE-WAIT, and beside others with
 * `descriptors` descriptors. All of them, and their network namespace, end with this call, and with this process.
 * Needs root.
 */
export async function withScene<T>(
  sockets: number,
  processes: number,
  work: (place: ScenePlace) => Promise<T>,
  descriptors = 0,
): Promise<T> {
  const openers = Math.ceil(descriptors / DESCRIPTORS_PER_PROCESS);
  const held = ['--sockets', sockets, '--holders', processes, '--bytes', UNREAD_BYTES];
  const beside = ['--descriptors', descriptors, '--openers', openers];
  await using crowd = await startProgram('crowd', [...held, ...beside]);
  const made = { sockets: crowd.told('sockets'), descriptors: crowd.told('descriptors') };
  if (made.sockets !== sockets || made.descriptors !== descriptors) {
    throw new Error(`of ${sockets} sockets and ${descriptors} descriptors there are ${JSON.stringify(made)}`);
  }
  const place = placeOf(crowd);
  await expectAll(sockets, place);
  return await work(place);
}

function placeOf({ pid }: Program): ScenePlace {
  const path = `/proc/${pid}/ns/net`;
  return {
    inode: statSync(path).ino,
    inside: (command) => ['nsenter', `--net=${path}`, '--', ...command],
  };
}

async function expectAll(sockets: number, place: ScenePlace): Promise<void> {
  await waitUntil('nothing is left of the peers', async () => {
    return (await outputOf(place.inside(['ss', '-Htan', 'state', 'connected', 'exclude', 'close-wait']))) === '';
  });
  const seen = (await outputOf(place.inside(['ss', '-HOtan', 'state', 'close-wait']))).split('\n').length - 1;
  if (seen !== sockets) throw new Error(`of ${sockets} connections ss sees ${seen}`);
}
