import { accessSync, constants } from 'node:fs';
import { decodeMountinfo } from '@closewait/core/codec';
import { type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';
import { FreezerReader } from '../kernel/readers/read-frozen.ts';
import { loadRunner, whyNotFromHere } from './free-descriptor/load-runner.ts';

/** Loads what gives descriptors back, and lets it go again: no thread is asked. */
export function tryFreeing(source: KernelSource): Reading<null> {
  const place = whyNotFromHere(source);
  if (place !== null) return place;
  const loaded = loadRunner(source);
  if (!loaded.known) return loaded;
  loaded.value[Symbol.dispose]();
  return known(null);
}

/** Whether a frozen cgroup can be seen as such, and its freezer be written to. Nothing is written. */
export function tryFreezer(source: KernelSource): Reading<null> {
  const frozen = new FreezerReader(source).isFrozen(process.pid);
  if (!frozen.known) return frozen;
  const file = source.readFile('/proc/self/mountinfo');
  if (!file.known) return file;
  const mounts = decodeMountinfo(file.value);
  const freezer = (mounts.ok ? mounts.value : []).find(
    ({ fileSystem, superOptions }) =>
      fileSystem === 'cgroup2' || (fileSystem === 'cgroup' && superOptions.includes('freezer')),
  );
  if (freezer === undefined) return unknown('unsupported', 'no cgroup hierarchy with a freezer is mounted here');
  try {
    accessSync(freezer.mountPoint, constants.W_OK);
    return known(null);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    return unknown('denied', `${freezer.mountPoint}: ${code}`, 'run as root, where cgroups are mounted to be written');
  }
}
