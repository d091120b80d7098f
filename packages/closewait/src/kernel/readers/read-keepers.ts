import { decodeSocketUses, describeProblem } from '@closewait/core/codec';
import { type Facts, type HiddenPlaces, type KernelSource, known, unknown } from '@closewait/core/facts';

/**
 * What keeps sockets in CLOSE-WAIT that no descriptor refers to. Walks every TCP socket of their namespaces, so it is
 * asked only where there is such a socket. By inode; one that has gone meanwhile is in it no more.
 */
export async function readKeepers(
  source: KernelSource,
  hidden: ReadonlySet<number>,
  { sockets, namespaces }: Facts,
): Promise<HiddenPlaces['keepers']> {
  if (hidden.size === 0) return known(new Map());
  const inside = new Set(sockets.filter(({ inode }) => hidden.has(inode)).map(({ netns }) => netns));
  const keepers = new Map<number, 'kernel' | 'file'>();
  for (const namespace of namespaces) {
    if (!inside.has(namespace.inode)) continue;
    const listed = await source.listSocketUses(namespace, ['CLOSE-WAIT']);
    if (!listed.known) return listed;
    const uses = decodeSocketUses(listed.value);
    if (!uses.ok) return unknown('garbled', describeProblem(uses.problem));
    for (const { inode, isKernels, hasFile } of uses.value) {
      // Without a file nobody outside of the kernel can have it.
      if (hidden.has(inode)) keepers.set(inode, isKernels || !hasFile ? 'kernel' : 'file');
    }
  }
  return known(keepers);
}
