import {
  decodeCgroupFrozen,
  decodeCgroupPath,
  decodeFreezerPath,
  decodeFreezerState,
  decodeMountinfo,
} from '@closewait/core/codec';
import { type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';

/** Where the freezers are mounted; null where that hierarchy is not. */
interface FreezerMounts {
  readonly v1: string | null;
  readonly v2: string | null;
}

/** Tells whether processes are frozen by a cgroup, of version 1 or 2. */
export class FreezerReader {
  readonly #source: KernelSource;
  #mounts: Reading<FreezerMounts> | undefined;

  constructor(source: KernelSource) {
    this.#source = source;
  }

  isFrozen(pid: number): Reading<boolean> {
    this.#mounts ??= readMounts(this.#source);
    if (!this.#mounts.known) return this.#mounts;
    const { v1, v2 } = this.#mounts.value;
    const answers = [
      ...(v1 === null ? [] : [this.#isFrozenV1(pid, v1)]),
      ...(v2 === null ? [] : [this.#isFrozenV2(pid, v2)]),
    ];
    const frozen = answers.find((answer) => answer.known && answer.value);
    return frozen ?? answers.find((answer) => !answer.known) ?? known(false);
  }

  #isFrozenV1(pid: number, mount: string): Reading<boolean> {
    const path = decodeFile(this.#source, `/proc/${pid}/cgroup`, decodeFreezerPath);
    if (!path.known) return path;
    // The root of the hierarchy cannot be frozen and has no file.
    if (path.value === null || path.value === '/') return known(false);
    const state = decodeFile(this.#source, `${mount}${path.value}/freezer.state`, decodeFreezerState);
    return state.known ? known(state.value === 'frozen') : elsewhere(state);
  }

  #isFrozenV2(pid: number, mount: string): Reading<boolean> {
    const path = decodeFile(this.#source, `/proc/${pid}/cgroup`, decodeUnifiedPath);
    if (!path.known) return path;
    if (path.value === null || path.value === '/') return known(false);
    const frozen = decodeFile(this.#source, `${mount}${path.value}/cgroup.events`, decodeCgroupFrozen);
    return frozen.known ? known(frozen.value ?? false) : elsewhere(frozen);
  }
}

/** The path is that of another mount of the hierarchy: of another cgroup namespace. */
function elsewhere(problem: Reading<never> & { readonly known: false }): Reading<boolean> {
  return problem.why === 'gone' ? unknown('unsupported', `${problem.detail}: the cgroup is not visible here`) : problem;
}

function decodeUnifiedPath(bytes: Uint8Array): ReturnType<typeof decodeFreezerPath> {
  const unified = Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .find((line) => line.startsWith('0::'));
  return unified === undefined ? { ok: true, value: null } : decodeCgroupPath(Buffer.from(unified));
}

function readMounts(source: KernelSource): Reading<FreezerMounts> {
  const mounts = decodeFile(source, '/proc/self/mountinfo', decodeMountinfo);
  if (!mounts.known) return mounts;
  const v1 = mounts.value.find(
    ({ fileSystem, superOptions }) => fileSystem === 'cgroup' && superOptions.includes('freezer'),
  );
  const v2 = mounts.value.find(({ fileSystem }) => fileSystem === 'cgroup2');
  return known({ v1: v1?.mountPoint ?? null, v2: v2?.mountPoint ?? null });
}
