import { decodeSetting } from '@closewait/core/codec';
import type { KernelSetting, KernelSource, Reading } from '@closewait/core/facts';
import { decodeFile } from './decode-file.ts';

/** The values of settings in the own network namespace; one that this kernel does not have is a reason, not a number. */
export function readSettings(
  source: KernelSource,
  names: readonly KernelSetting[],
): ReadonlyMap<KernelSetting, Reading<number>> {
  return new Map(names.map((name) => [name, decodeFile(source, pathOf(name), decodeSetting)] as const));
}

function pathOf(name: KernelSetting): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}
